#include "actors/camera/jpeg_splitter.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace camnode {

namespace {

constexpr uint8_t soi = 0xD8;
constexpr uint8_t eoi = 0xD9;
constexpr uint8_t sos = 0xDA;

/// Room beyond the expected size, so that a frame that is a bit longer still
/// fits and few reads are short.
constexpr size_t read_ahead = 16 * 1024;

bool is_restart(uint8_t code) {
  return code >= 0xD0 && code <= 0xD7;
}

/// SOF0 to SOF15; C4, C8 and CC are DHT, JPG and DAC.
bool is_frame_header(uint8_t code) {
  return code >= 0xC0 && code <= 0xCF && code != 0xC4 && code != 0xC8
         && code != 0xCC;
}

uint16_t get_u16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] << 8 | p[1]);
}

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
  times_.push_back({base_ + buffer_.size(), now_ns});
  buffer_.resize(buffer_.size() + n);
}

std::optional<split_jpeg> jpeg_splitter::next() {
  for (;;) {
    auto result = place_ == place::between ? find_start()
                  : place_ == place::scan  ? walk_scan()
                                           : walk_marker();
    if (result == outcome::whole)
      return take();
    if (result == outcome::starved) {
      forget_times();
      return std::nullopt;
    }
  }
}

void jpeg_splitter::finish() {
  if (place_ != place::between)
    drop_frame();
  skip_to(buffer_.size());
}

/// A start marker counts if another marker follows it, as in every JPEG.
jpeg_splitter::outcome jpeg_splitter::find_start() {
  auto size = buffer_.size();
  if (pos_ == size)
    return outcome::starved;
  auto first = buffer_.data() + pos_;
  auto found = static_cast<uint8_t*>(memchr(first, 0xFF, size - pos_));
  skip_to(found ? static_cast<size_t>(found - buffer_.data()) : size);
  auto left = size - pos_;
  if ((left > 1 && found[1] != soi) || (left > 2 && found[2] != 0xFF)) {
    skip_to(pos_ + 1);
    return outcome::more;
  }
  if (left < 3)
    return outcome::starved;
  place_ = place::marker;
  has_scan_ = false;
  width_ = height_ = 0;
  first_byte_ns_ = time_of(pos_);
  pos_ += 2;
  return outcome::more;
}

jpeg_splitter::outcome jpeg_splitter::walk_marker() {
  if (auto result = have(2); result != outcome::more)
    return result;
  auto p = buffer_.data() + pos_;
  auto code = p[1];
  if (p[0] != 0xFF || code == soi || code == 0 || (code == eoi && !has_scan_))
    return drop_frame();
  if (code == 0xFF) {
    ++pos_;
    return outcome::more;
  }
  if (is_restart(code) || code == 0x01) {
    pos_ += 2;
    return outcome::more;
  }
  if (code == eoi) {
    pos_ += 2;
    return outcome::whole;
  }
  return code < 0xC0 ? drop_frame() : walk_segment(code);
}

jpeg_splitter::outcome jpeg_splitter::walk_segment(uint8_t code) {
  // Marker, length, and of a frame header: precision, height, width.
  size_t head = is_frame_header(code) ? 9 : 4;
  if (auto result = have(head); result != outcome::more)
    return result;
  auto p = buffer_.data() + pos_;
  size_t length = get_u16(p + 2);
  if (length + 2 < head || pos_ + 2 + length > limit())
    return drop_frame();
  if (head == 9) {
    height_ = get_u16(p + 5);
    width_ = get_u16(p + 7);
  }
  pos_ += 2 + length;
  if (code == sos) {
    place_ = place::scan;
    has_scan_ = true;
  }
  return outcome::more;
}

/// Entropy-coded data: goes on behind stuffed zeros, restart markers and fill
/// bytes, and ends at any other marker.
jpeg_splitter::outcome jpeg_splitter::walk_scan() {
  for (;;) {
    auto end = std::min(buffer_.size(), limit());
    if (pos_ >= end)
      return pos_ == limit() ? drop_frame() : outcome::starved;
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
    } else if (found[1] == 0 || is_restart(found[1])) {
      pos_ += 2;
    } else {
      place_ = place::marker;
      return outcome::more;
    }
  }
}

jpeg_splitter::outcome jpeg_splitter::have(size_t n) {
  if (pos_ > buffer_.size())
    return outcome::starved;
  if (pos_ + n > limit())
    return drop_frame();
  return pos_ + n > buffer_.size() ? outcome::starved : outcome::more;
}

jpeg_splitter::outcome jpeg_splitter::drop_frame() {
  ++broken_;
  place_ = place::between;
  skip_to(std::min(pos_, buffer_.size()));
  return outcome::dropped;
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

int64_t jpeg_splitter::time_of(size_t offset) const {
  auto starts_behind = [](uint64_t x, const time_mark& mark) {
    return x < mark.offset;
  };
  auto i = std::upper_bound(times_.begin(), times_.end(), base_ + offset,
                            starts_behind);
  return std::prev(i)->ns;
}

/// A JPEG begins at `pos_` or later, so older times are of no use.
void jpeg_splitter::forget_times() {
  auto last = std::find_if(times_.begin(), times_.end(),
                           [this](const time_mark& mark) {
                             return mark.offset > base_ + pos_;
                           });
  if (last - times_.begin() > 1)
    times_.erase(times_.begin(), std::prev(last));
}

void jpeg_splitter::compact() {
  if (begin_ == 0)
    return;
  auto left = buffer_.size() - begin_;
  memmove(buffer_.data(), buffer_.data() + begin_, left);
  buffer_.resize(left);
  base_ += begin_;
  pos_ -= begin_;
  begin_ = 0;
}

} // namespace camnode
