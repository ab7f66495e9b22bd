#pragma once

#include "actors/base/jpeg_codec.hpp"
#include "actors/camera/raw_picture.hpp"

#include <cstdint>
#include <vector>

namespace camnode {

/// Turns the layouts of cameras into what the JPEG encoder takes: planar 4:2:0
/// of the full range. What is in that form already stays where it is. One per
/// thread.
class picture_converter {
public:
  /// @param x Not `mjpeg`; width and height are even.
  /// @returns A view that is valid as long as `x` is, until the next call.
  yuv420_view planar(const raw_picture& x);

private:
  yuv420_view as_it_is(const raw_picture& x);
  yuv420_view from_nv12(const raw_picture& x);
  yuv420_view from_yuyv(const raw_picture& x);

  /// Copies what is not in our memory yet, with each value from its limited
  /// range to the full one.
  yuv420_view expanded(const yuv420_view& x);

  std::vector<uint8_t> luma_; ///< Kept for the next picture, like the others.
  std::vector<uint8_t> u_;
  std::vector<uint8_t> v_;
};

} // namespace camnode
