#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace camnode_test {

using bytes = std::vector<uint8_t>;

inline bytes operator+(bytes x, const bytes& y) {
  x.insert(x.end(), y.begin(), y.end());
  return x;
}

/// A marker segment with its length.
inline bytes segment(uint8_t code, const bytes& payload) {
  auto length = payload.size() + 2;
  return bytes{0xFF, code, static_cast<uint8_t>(length >> 8),
               static_cast<uint8_t>(length)}
         + payload;
}

inline bytes frame_header(uint8_t code, uint16_t width, uint16_t height) {
  return segment(code, {8, static_cast<uint8_t>(height >> 8),
                        static_cast<uint8_t>(height),
                        static_cast<uint8_t>(width >> 8),
                        static_cast<uint8_t>(width), 1, 1, 0x11, 0});
}

inline bytes scan(const bytes& coded) {
  return segment(0xDA, {1, 1, 0, 0, 63, 0}) + coded;
}

inline const bytes soi{0xFF, 0xD8};
inline const bytes eoi{0xFF, 0xD9};

/// Entropy-coded data with stuffed zeros.
inline bytes coded(size_t size) {
  bytes result;
  for (size_t i = 0; i < size; ++i) {
    auto byte = static_cast<uint8_t>(i * 37 + 11);
    result.push_back(byte);
    if (byte == 0xFF)
      result.push_back(0);
  }
  return result;
}

/// A JPEG that only its structure makes one.
inline bytes plain_jpeg(uint16_t width = 64, uint16_t height = 48,
                        size_t size = 300) {
  return soi + segment(0xDB, bytes(65, 1)) + frame_header(0xC0, width, height)
         + segment(0xC4, bytes(28, 2)) + scan(coded(size)) + eoi;
}

/// An Exif-like segment with a JPEG of its own, and a comment with an end.
inline bytes jpeg_with_thumbnail() {
  return soi + segment(0xE1, bytes{'E', 'x', 'i', 'f', 0, 0} + plain_jpeg(8, 8))
         + segment(0xFE, bytes{'a', 0xFF, 0xD9, 'b', 0xFF, 0xD8, 0xFF})
         + frame_header(0xC0, 320, 240) + scan(coded(100)) + eoi;
}

/// Several scans with tables between them.
inline bytes progressive_jpeg() {
  return soi + frame_header(0xC2, 640, 480) + segment(0xC4, bytes(20, 3))
         + scan(coded(90)) + segment(0xC4, bytes{0xFF, 0xD9, 0xFF, 0xDA})
         + scan(coded(70)) + scan({}) + segment(0xDC, {1, 224})
         + scan(coded(40)) + eoi;
}

/// Restart markers in the scan, fill bytes before markers, and a TEM.
inline bytes jpeg_with_restarts_and_fill() {
  auto result = soi + bytes{0xFF, 0xFF, 0xFF} + frame_header(0xC1, 16, 16)
                + bytes{0xFF, 0x01} + segment(0xDD, {0, 4});
  bytes body;
  for (uint8_t i = 0; i < 8; ++i)
    body = body + coded(10) + bytes{0xFF, 0xFF, static_cast<uint8_t>(0xD0 + i)};
  return result + scan(body + bytes{0xFF, 0x00, 0xFF, 0xFF}) + eoi;
}

/// Every kind of good JPEG above.
inline std::vector<bytes> good_jpegs() {
  return {plain_jpeg(), jpeg_with_thumbnail(), progressive_jpeg(),
          jpeg_with_restarts_and_fill(), plain_jpeg(1, 1, 0)};
}

inline bytes text(const std::string& x) {
  return {x.begin(), x.end()};
}

} // namespace camnode_test
