#include "messages/wire/jpeg_markers.hpp"

#include <cstring>

namespace camnode::jpeg {

namespace {

/// Real headers have a fraction of these.
constexpr int most_markers = 200;

/// Decoders skip what stands between two segments; but in a longer hole
/// anything looks like a marker sooner or later.
constexpr size_t most_gap_bytes = 64;

/// Walks from one marker of a header to the next one.
class header_walk {
public:
  header_walk(const uint8_t* data, size_t size) : data_(data), size_(size) {
  }

  verdict run() {
    for (int i = 0; i < most_markers; ++i) {
      if (!find_marker())
        return starved_ ? verdict::open : verdict::unsound;
      auto code = data_[pos_ + 1];
      if (code == soi && has_segment_)
        return verdict::unsound;
      if (code == soi || stands_alone(code)) {
        pos_ += 2;
        continue;
      }
      if (code == eoi)
        return verdict::unsound;
      auto result = take_segment(code);
      if (result != verdict::sound || code == sos)
        return result;
    }
    return verdict::unsound;
  }

private:
  /// Moves on to a marker that means something.
  bool find_marker() {
    for (size_t gap = 0; gap <= most_gap_bytes; ++gap, ++pos_) {
      starved_ = size_ - pos_ < 2;
      if (starved_)
        return false;
      auto code = data_[pos_ + 1];
      if (data_[pos_] == 0xFF && code != 0xFF && (code >= 0xC0 || code == 0x01))
        return true;
    }
    return false;
  }

  verdict take_segment(uint8_t code) {
    size_t head = is_frame_header(code) ? 10 : code == sos ? 5 : 4;
    if (size_ - pos_ < head)
      return verdict::open;
    auto p = data_ + pos_;
    size_t length = get_u16(p + 2);
    if (length < 2 || !fits(code, p, length))
      return verdict::unsound;
    has_segment_ = true;
    if (size_ - pos_ < length + 2)
      return verdict::open;
    pos_ += length + 2;
    return verdict::sound;
  }

  /// Whether the length of a frame's or scan's header is that of its parts.
  bool fits(uint8_t code, const uint8_t* p, size_t length) {
    if (is_frame_header(code)) {
      has_frame_ = true;
      return length == 8u + 3u * p[9] && p[9] > 0;
    }
    return code != sos || (has_frame_ && length == 6u + 2u * p[4]);
  }

  const uint8_t* const data_;
  const size_t size_;
  size_t pos_ = 2;
  bool starved_ = false;
  bool has_segment_ = false;
  bool has_frame_ = false;
};

} // namespace

verdict check_header(const uint8_t* data, size_t size) {
  return size < 2 ? verdict::open : header_walk{data, size}.run();
}

size_t find_start_marker(const uint8_t* data, size_t begin, size_t end,
                         size_t size) {
  for (auto pos = begin; pos < end; ++pos) {
    auto found = static_cast<const uint8_t*>(
      memchr(data + pos, 0xFF, end - pos));
    if (!found)
      return end;
    pos = static_cast<size_t>(found - data);
    if (pos + 2 < size && found[1] == soi && found[2] == 0xFF)
      return pos;
  }
  return end;
}

std::vector<size_t> open_starts(const uint8_t* data, size_t begin, size_t end,
                                size_t size) {
  std::vector<size_t> result;
  for (auto pos = begin; pos < end; ++pos) {
    auto found = static_cast<const uint8_t*>(
      memchr(data + pos, 0xFF, end - pos));
    if (!found)
      break;
    pos = static_cast<size_t>(found - data);
    if (pos + 2 < size && found[1] == soi && found[2] == 0xFF)
      result.push_back(pos);
    else if (pos + 1 < end && found[1] == eoi && !result.empty())
      result.pop_back();
  }
  return result;
}

} // namespace camnode::jpeg
