#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace camnode {

/// How a camera lays out its pictures. All but the last are BT.601.
enum class pixel_layout : uint8_t {
  yuv420, ///< Three planes; chroma halved both ways.
  nv12,   ///< Luma, then U and V in turn; chroma halved both ways.
  yuyv,   ///< One plane, Y U Y V; chroma halved horizontally.
  mjpeg,  ///< A JPEG, in one plane.
};

/// A picture in the memory of its source; borrowed.
struct raw_picture {
  pixel_layout layout = pixel_layout::yuv420;
  int width = 0;  ///< Even, but for `mjpeg`, where it does not count.
  int height = 0; ///< As `width`.
  const uint8_t* planes[3] = {nullptr, nullptr, nullptr};
  int strides[3] = {0, 0, 0}; ///< Bytes per row, padding included.
  size_t bytes = 0;           ///< Of a JPEG, padding included.
  bool is_limited = false;    ///< Luma from 16 to 235 and chroma to 240, as in
                              ///< television; JPEGs have the full range.
};

/// A picture with its times, on its way to become a JPEG.
struct raw_frame {
  raw_picture picture;
  std::shared_ptr<const void> memory; ///< Keeps the picture's bytes as they
                                      ///< are; dropping it gives them back.
  int64_t capture_mono_ns = 0;        ///< As in `captured_frame`.
  int64_t capture_utc_ns = 0;
  int32_t exposure_us = -1;
  bool is_timed = true;
};

} // namespace camnode
