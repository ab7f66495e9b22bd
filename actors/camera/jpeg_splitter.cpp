#include "actors/camera/jpeg_splitter.hpp"

#include "messages/wire/jpeg_markers.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace camnode {

namespace {

/// Room beyond the expected size, so that a frame that is a bit longer still
/// fits and few reads are short.
constexpr size_t read_ahead = 16 * 1024;

/// The most that may stand between the segments of one header.
constexpr size_t most_gap_bytes = 4096;

constexpr auto damaged = "its picture data is damaged";
constexpr auto too_large = "it is larger than 16 MiB";

} // namespace

jpeg_splitter::jpeg_splitter(size_t max_bytes) : max_bytes_(max_bytes) {
}

size_t jpeg_splitter::usual_capacity() const {
  return last_size_ + last_size_ / 8 + read_ahead;
}

jpeg_splitter::room jpeg_splitter::prepare(size_t min_bytes) {
  compact();
  auto used = buffer_.size();
  auto needed = used + min_bytes;
  auto wanted = std::max(needed, usual_capacity());
  auto capacity = buffer_.capacity();
  if (capacity < needed || (used == 0 && capacity > 2 * wanted)) {
    if (used > 0)
      wanted = std::max(wanted, std::min(2 * capacity, max_bytes_));
    frame_bytes larger{wanted};
    if (used > 0)
      memcpy(larger.data(), buffer_.data(), used);
    larger.resize(used);
    buffer_ = std::move(larger);
  }
  return {buffer_.data() + used, buffer_.capacity() - used};
}

void jpeg_splitter::commit(size_t n, int64_t now_ns) {
  if (n == 0)
    return;
  if (end_ == end::rest)
    end_ = end::none;
  times_.put(base_ + buffer_.size(), now_ns);
  buffer_.resize(buffer_.size() + n);
}

std::optional<split_jpeg> jpeg_splitter::next() {
  for (;;) {
    auto result = step();
    if (result == outcome::starved && end_ != end::none)
      result = end_here();
    if (result == outcome::whole)
      return take();
    if (result == outcome::starved) {
      // A JPEG begins at `begin_` or later.
      times_.forget_before(base_ + begin_);
      return std::nullopt;
    }
  }
}

void jpeg_splitter::rest() {
  if (end_ == end::none && rests_end_)
    end_ = end::rest;
}

void jpeg_splitter::finish() {
  end_ = end::stream;
}

bool jpeg_splitter::may_be_whole() const {
  return (place_ == place::scan || (place_ == place::marker && has_scan_))
         && !ends_marked_ && pos_ > segment_end_ && !is_rest_of_broken();
}

/// Nothing more comes, for now or for good.
jpeg_splitter::outcome jpeg_splitter::end_here() {
  if (may_be_whole()) {
    if (buffer_.size() - pos_ < 2) // Half of a marker.
      pos_ = buffer_.size();
    rested_ = end_ == end::rest;
    return outcome::whole;
  }
  if (end_ == end::stream && place_ != place::between)
    return drop_frame("its end is missing");
  if (end_ == end::stream) {
    skip_to(buffer_.size());
    in_step_ = true;
  }
  end_ = end::none;
  return outcome::starved;
}

jpeg_splitter::outcome jpeg_splitter::step() {
  switch (place_) {
    case place::between:
      return find_start();
    case place::marker:
      return walk_marker();
    case place::segment:
      return walk_segment();
    default:
      return walk_scan();
  }
}

/// A start marker counts if another marker follows it, as in every JPEG.
jpeg_splitter::outcome jpeg_splitter::find_start() {
  auto size = buffer_.size();
  if (pos_ == size)
    return outcome::starved;
  auto first = buffer_.data() + pos_;
  if (std::exchange(rested_, false) && *first != 0xFF)
    rests_end_ = false; // It was the rest of the picture that ended early.
  auto found = static_cast<uint8_t*>(memchr(first, 0xFF, size - pos_));
  skip_to(found ? static_cast<size_t>(found - buffer_.data()) : size);
  auto left = size - pos_;
  if ((left > 1 && found[1] != jpeg::soi) || (left > 2 && found[2] != 0xFF)) {
    skip_to(pos_ + 1);
    return outcome::more;
  }
  if (left < 3)
    return outcome::starved;
  place_ = place::marker;
  has_segment_ = has_header_ = has_frame_ = has_scan_ = has_end_ = false;
  gap_bytes_ = segment_end_ = 0;
  width_ = height_ = 0;
  first_byte_ns_ = times_.at(base_ + pos_);
  pos_ += 2;
  return outcome::more;
}

jpeg_splitter::outcome jpeg_splitter::walk_marker() {
  if (auto result = have(2); result != outcome::more)
    return result;
  auto p = buffer_.data() + pos_;
  auto code = p[1];
  auto is_marker = p[0] == 0xFF && (code >= 0xC0 || code == 0x01);
  if (has_scan_ && !is_marker)
    return drop_frame(damaged);
  if (!is_marker)
    return skip_gap();
  if (code == jpeg::soi)
    return start_within();
  if (has_segment_ && pos_ == segment_end_) {
    has_header_ = true;
    inner_.trust_thumbnail(buffer_.data(), pos_);
  }
  if (code == 0xFF) {
    ++pos_;
    return outcome::more;
  }
  if (jpeg::stands_alone(code)) {
    pos_ += 2;
    return outcome::more;
  }
  if (code != jpeg::eoi)
    return begin_segment(code);
  if (!has_scan_)
    return drop_frame("it ends before its picture data");
  pos_ += 2;
  has_end_ = true;
  return outcome::whole;
}

/// Moves on to what may be the next marker.
jpeg_splitter::outcome jpeg_splitter::skip_gap() {
  auto end = std::min(buffer_.size(), limit());
  auto first = buffer_.data() + pos_;
  auto from = first + (*first == 0xFF ? 2 : 1);
  auto found = static_cast<uint8_t*>(
    memchr(from, 0xFF, end - static_cast<size_t>(from - buffer_.data())));
  auto next = found ? static_cast<size_t>(found - buffer_.data()) : end;
  gap_bytes_ += next - pos_;
  pos_ = next;
  return gap_bytes_ > most_gap_bytes ? drop_frame("its header is damaged")
                                     : outcome::more;
}

jpeg_splitter::outcome jpeg_splitter::begin_segment(uint8_t code) {
  if (has_scan_ && !jpeg::may_follow_scan(code))
    return drop_frame(damaged);
  // Marker, length, and of a frame header: precision, height, width.
  auto is_frame = jpeg::is_frame_header(code);
  size_t head = is_frame ? 9 : 4;
  if (auto result = have(head); result != outcome::more)
    return result;
  auto p = buffer_.data() + pos_;
  size_t length = jpeg::get_u16(p + 2);
  if (length + 2 < head)
    return drop_frame("a segment of its header is too short");
  segment_end_ = pos_ + 2 + length;
  // A marker follows, be it the end.
  if (segment_end_ + 2 > limit())
    return drop_frame(too_large);
  if (is_frame) {
    has_frame_ = true;
    height_ = jpeg::get_u16(p + 5);
    width_ = jpeg::get_u16(p + 7);
  }
  segment_ = code;
  has_segment_ = true;
  place_ = place::segment;
  pos_ += 2; // What reads as its length may be a start marker.
  return outcome::more;
}

/// Looks for a start marker in the segment. What follows such a one in an
/// application's segment is looked at only if need be.
jpeg_splitter::outcome jpeg_splitter::walk_segment() {
  auto size = buffer_.size();
  auto end = std::min(size, segment_end_);
  auto found = jpeg::find_start_marker(buffer_.data(), pos_, end, size);
  if (found < end) {
    if (has_scan_ || !jpeg::is_application(segment_)) {
      pos_ = found;
      return drop_frame("the next picture starts in one of its segments");
    }
    inner_.add(found, segment_end_);
  } else if (size < segment_end_ + 2) {
    // A start marker may begin with the last bytes.
    pos_ = std::max(pos_, std::min(end, size - 2));
    return outcome::starved;
  }
  pos_ = segment_end_;
  return end_segment();
}

jpeg_splitter::outcome jpeg_splitter::end_segment() {
  place_ = place::marker;
  if (segment_ != jpeg::sos)
    return outcome::more;
  if (!has_frame_)
    return drop_frame("it has no frame header");
  if (inner_.has_picture(buffer_.data(), segment_end_))
    return drop_frame("the next picture starts in its header");
  inner_.clear();
  has_scan_ = true;
  place_ = place::scan;
  return outcome::more;
}

/// Entropy-coded data: goes on after stuffed zeros, restart markers and fill
/// bytes, and ends at any other marker.
jpeg_splitter::outcome jpeg_splitter::walk_scan() {
  for (;;) {
    auto end = std::min(buffer_.size(), limit());
    if (pos_ >= end)
      return pos_ == limit() ? drop_frame(too_large) : outcome::starved;
    auto first = buffer_.data() + pos_;
    auto found = static_cast<uint8_t*>(memchr(first, 0xFF, end - pos_));
    if (!found) {
      pos_ = end;
      continue;
    }
    pos_ += static_cast<size_t>(found - first);
    if (auto result = have(2); result != outcome::more)
      return result;
    if (found[1] == 0xFF) {
      ++pos_;
    } else if (found[1] == 0 || jpeg::is_restart(found[1])) {
      pos_ += 2;
    } else if (found[1] == jpeg::soi) {
      return start_within();
    } else if (found[1] == jpeg::eoi || jpeg::may_follow_scan(found[1])) {
      place_ = place::marker;
      return outcome::more;
    } else {
      pos_ += 2;
      return drop_frame(damaged);
    }
  }
}

/// A start marker where another marker, or picture data, should be.
jpeg_splitter::outcome jpeg_splitter::start_within() {
  if (!has_scan_ && !has_segment_ && gap_bytes_ == 0) {
    // It is there twice.
    place_ = place::between;
    skip_to(pos_);
    return outcome::more;
  }
  if (!has_scan_)
    return drop_frame("it ends before its picture data");
  auto size = std::min(buffer_.size(), limit());
  auto found = jpeg::check_header(buffer_.data() + pos_, size - pos_);
  if (found == jpeg::verdict::open && size < limit())
    return outcome::starved;
  if (found == jpeg::verdict::unsound) {
    pos_ += 2;
    return drop_frame(damaged);
  }
  return is_rest_of_broken() ? drop_frame(damaged) : outcome::whole;
}

jpeg_splitter::outcome jpeg_splitter::have(size_t n) {
  if (pos_ > buffer_.size())
    return outcome::starved;
  if (pos_ + n > limit())
    return drop_frame(too_large);
  return pos_ + n > buffer_.size() ? outcome::starved : outcome::more;
}

jpeg_splitter::outcome jpeg_splitter::drop_frame(const char* reason) {
  if ((in_step_ || has_header_) && !is_rest_of_broken()) {
    ++broken_;
    reason_ = reason;
  }
  auto again = inner_.empty() ? pos_ : inner_.first();
  if (!inner_.empty())
    claimed_until_ = base_ + inner_.last_end();
  inner_.clear();
  in_step_ = false;
  place_ = place::between;
  skip_to(std::min(again, buffer_.size()));
  return outcome::dropped;
}

/// Thumbnails of a broken picture are found when it is looked at again.
bool jpeg_splitter::is_rest_of_broken() const {
  return base_ + begin_ < claimed_until_ && last_width_ != 0
         && (width_ != last_width_ || height_ != last_height_);
}

void jpeg_splitter::skip_to(size_t offset) {
  skipped_ += offset - begin_;
  begin_ = pos_ = offset;
}

split_jpeg jpeg_splitter::take() {
  split_jpeg result;
  result.first_byte_ns = first_byte_ns_;
  result.width = width_;
  result.height = height_;
  auto size = pos_ - begin_;
  last_size_ = size;
  in_step_ = true;
  ends_marked_ = has_end_;
  last_width_ = width_;
  last_height_ = height_;
  place_ = place::between;
  result.jpeg = cut(size);
  return result;
}

/// Takes `size` bytes from `begin_` on out of the buffer: the buffer itself,
/// or a copy where that is less to copy or wastes less.
frame_bytes jpeg_splitter::cut(size_t size) {
  auto tail = buffer_.size() - pos_;
  if (begin_ > 0 || tail > size || buffer_.capacity() > size + size / 2) {
    frame_bytes copy{size};
    memcpy(copy.data(), buffer_.data() + begin_, size);
    copy.resize(size);
    begin_ = pos_;
    return copy;
  }
  frame_bytes rest;
  if (tail > 0) {
    rest = frame_bytes{std::max(tail, usual_capacity())};
    memcpy(rest.data(), buffer_.data() + pos_, tail);
    rest.resize(tail);
  }
  auto whole = std::exchange(buffer_, std::move(rest));
  whole.resize(size);
  base_ += size;
  begin_ = pos_ = 0;
  return whole;
}

void jpeg_splitter::compact() {
  if (begin_ == 0)
    return;
  auto left = buffer_.size() - begin_;
  memmove(buffer_.data(), buffer_.data() + begin_, left);
  buffer_.resize(left);
  base_ += begin_;
  pos_ -= begin_;
  if (place_ != place::between) {
    segment_end_ -= std::min(segment_end_, begin_);
    inner_.move(begin_);
  }
  begin_ = 0;
}

} // namespace camnode
