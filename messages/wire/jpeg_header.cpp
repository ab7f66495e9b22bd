#include "messages/wire/jpeg_header.hpp"

namespace camnode {

namespace {

// Markers by their second byte (ITU-T T.81, table B.1).
constexpr uint8_t temporary = 0x01;
constexpr uint8_t restart_first = 0xD0;
constexpr uint8_t restart_last = 0xD7;
constexpr uint8_t start_of_image = 0xD8;
constexpr uint8_t end_of_image = 0xD9;
constexpr uint8_t start_of_scan = 0xDA;

bool is_start_of_frame(uint8_t marker) {
  constexpr uint8_t huffman_tables = 0xC4;
  constexpr uint8_t extensions = 0xC8;
  constexpr uint8_t arithmetic_conditioning = 0xCC;
  return marker >= 0xC0 && marker <= 0xCF && marker != huffman_tables
         && marker != extensions && marker != arithmetic_conditioning;
}

bool stands_alone(uint8_t marker) {
  return marker == temporary
         || (marker >= restart_first && marker <= restart_last);
}

/// Big-endian, as all numbers in a JPEG.
uint16_t read_u16(const uint8_t* x) {
  return static_cast<uint16_t>(x[0] << 8 | x[1]);
}

/// @param segment The SOF's bytes from its length field on.
std::optional<picture_size> size_in_frame_header(const uint8_t* segment,
                                                 size_t left) {
  // Length (2), precision (1), height (2), width (2).
  if (left < 7 || read_u16(segment) < 7)
    return std::nullopt;
  picture_size result{read_u16(segment + 5), read_u16(segment + 3)};
  if (result.width == 0 || result.height == 0)
    return std::nullopt;
  return result;
}

} // namespace

std::optional<picture_size> read_jpeg_size(const uint8_t* data, size_t size) {
  constexpr int most_markers = 1000;
  if (size < 2 || data[0] != 0xFF || data[1] != start_of_image)
    return std::nullopt;
  size_t pos = 2;
  for (int i = 0; i < most_markers; ++i) {
    if (size - pos < 2 || data[pos] != 0xFF)
      return std::nullopt;
    auto marker = data[pos + 1];
    if (marker == 0xFF) { // Padding: the marker starts one byte later.
      ++pos;
      continue;
    }
    pos += 2;
    if (stands_alone(marker))
      continue;
    if (is_start_of_frame(marker))
      return size_in_frame_header(data + pos, size - pos);
    if (marker == start_of_scan || marker == end_of_image || size - pos < 2)
      return std::nullopt;
    size_t length = read_u16(data + pos);
    if (length < 2 || length > size - pos)
      return std::nullopt;
    pos += length;
  }
  return std::nullopt;
}

} // namespace camnode
