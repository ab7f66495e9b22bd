#include "messages/wire/jpeg_header.hpp"

#include "messages/wire/jpeg_markers.hpp"

namespace camnode {

namespace {

/// @param segment The SOF's bytes from its length field on.
std::optional<picture_size> size_in_frame_header(const uint8_t* segment,
                                                 size_t left) {
  // Length (2), precision (1), height (2), width (2).
  if (left < 7 || jpeg::get_u16(segment) < 7)
    return std::nullopt;
  picture_size result{jpeg::get_u16(segment + 5), jpeg::get_u16(segment + 3)};
  if (result.width == 0 || result.height == 0)
    return std::nullopt;
  return result;
}

} // namespace

std::optional<picture_size> read_jpeg_size(const uint8_t* data, size_t size) {
  constexpr int most_markers = 1000;
  constexpr size_t most_gap_bytes = 4096;
  if (size < 2 || data[0] != 0xFF || data[1] != jpeg::soi)
    return std::nullopt;
  size_t pos = 2;
  size_t gap = 0;
  for (int i = 0; i < most_markers;) {
    if (size - pos < 2)
      return std::nullopt;
    auto marker = data[pos + 1];
    if (data[pos] != 0xFF || (marker < 0xC0 && !jpeg::stands_alone(marker))
        || marker == 0xFF) {
      // Fill bytes, and what decoders skip until the next marker.
      if (++pos, ++gap > most_gap_bytes)
        return std::nullopt;
      continue;
    }
    ++i;
    pos += 2;
    if (jpeg::stands_alone(marker) || marker == jpeg::soi)
      continue;
    if (jpeg::is_frame_header(marker))
      return size_in_frame_header(data + pos, size - pos);
    if (marker == jpeg::sos || marker == jpeg::eoi || size - pos < 2)
      return std::nullopt;
    size_t length = jpeg::get_u16(data + pos);
    if (length < 2 || length > size - pos)
      return std::nullopt;
    pos += length;
  }
  return std::nullopt;
}

} // namespace camnode
