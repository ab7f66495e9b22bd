#pragma once

#include "messages/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace camnode {

/// A planar 4:2:0 picture, full-range BT.601 (what JFIF wants); borrowed.
struct yuv420_view {
  int width = 0;
  int height = 0;
  const uint8_t* planes[3] = {nullptr, nullptr, nullptr}; ///< Y, U, V.
  int strides[3] = {0, 0, 0};                             ///< Bytes per row.
};

/// Encodes pictures as JPEG (libjpeg-turbo). One per thread.
class jpeg_encoder {
public:
  jpeg_encoder();
  ~jpeg_encoder();

  jpeg_encoder(const jpeg_encoder&) = delete;
  jpeg_encoder& operator=(const jpeg_encoder&) = delete;

  /// Encodes `picture` into a fresh buffer.
  /// @param quality 1 to 100.
  /// @param comment Stored in a COM segment right after the start marker
  ///        (at most 60,000 bytes; none if empty), readable without decoding.
  /// @throws std::runtime_error with libjpeg's text.
  frame_bytes encode(const yuv420_view& picture, int quality,
                     const std::string& comment = {});

private:
  void* handle_;
};

/// A decoded picture: rows of BGR, without padding.
struct bgr_picture {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
};

/// Decodes JPEGs (libjpeg-turbo). One per thread.
class jpeg_decoder {
public:
  jpeg_decoder();
  ~jpeg_decoder();

  jpeg_decoder(const jpeg_decoder&) = delete;
  jpeg_decoder& operator=(const jpeg_decoder&) = delete;

  /// Decodes at the smallest of the scales 1/1, 1/2, 1/4, 1/8 that still
  /// covers `want_width` x `want_height` in one of the dimensions, into `out`
  /// (whose memory is used again).
  /// @returns false for bytes that are not one whole JPEG of at most
  ///          16384 x 16384 pixels; then `out` is unspecified.
  bool decode(const uint8_t* data, size_t size, int want_width, int want_height,
              bgr_picture& out);

private:
  void* handle_;
};

} // namespace camnode
