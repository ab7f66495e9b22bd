#include "actors/camera/picture_converter.hpp"

#include <cstddef>

namespace camnode {

namespace {

// Rows, as loops that compilers turn into vector instructions.

/// U V U V ... to U ... and V ...
void split_chroma(const uint8_t* __restrict in, uint8_t* __restrict u,
                  uint8_t* __restrict v, int n) {
  for (int i = 0; i < n; ++i) {
    u[i] = in[2 * i];
    v[i] = in[2 * i + 1];
  }
}

/// Y U Y V ... to Y ...
void take_luma(const uint8_t* __restrict in, uint8_t* __restrict out, int n) {
  for (int i = 0; i < n; ++i)
    out[i] = in[2 * i];
}

/// The chroma of two rows of Y U Y V ..., averaged and rounded.
void mix_chroma(const uint8_t* __restrict a, const uint8_t* __restrict b,
                uint8_t* __restrict u, uint8_t* __restrict v, int n) {
  for (int i = 0; i < n; ++i) {
    u[i] = static_cast<uint8_t>((a[4 * i + 1] + b[4 * i + 1] + 1) >> 1);
    v[i] = static_cast<uint8_t>((a[4 * i + 3] + b[4 * i + 3] + 1) >> 1);
  }
}

size_t area(int width, int height) {
  return static_cast<size_t>(width) * static_cast<size_t>(height);
}

} // namespace

yuv420_view picture_converter::planar(const raw_picture& x) {
  if (x.layout == pixel_layout::nv12)
    return from_nv12(x);
  if (x.layout == pixel_layout::yuyv)
    return from_yuyv(x);
  return {x.width,
          x.height,
          {x.planes[0], x.planes[1], x.planes[2]},
          {x.strides[0], x.strides[1], x.strides[2]}};
}

yuv420_view picture_converter::from_nv12(const raw_picture& x) {
  auto width = x.width / 2;
  auto height = x.height / 2;
  u_.resize(area(width, height));
  v_.resize(area(width, height));
  for (int row = 0; row < height; ++row) {
    auto out = area(width, row);
    split_chroma(x.planes[1] + area(x.strides[1], row), &u_[out], &v_[out],
                 width);
  }
  return {x.width,
          x.height,
          {x.planes[0], u_.data(), v_.data()},
          {x.strides[0], width, width}};
}

yuv420_view picture_converter::from_yuyv(const raw_picture& x) {
  auto width = x.width / 2;
  auto height = x.height / 2;
  luma_.resize(area(x.width, x.height));
  u_.resize(area(width, height));
  v_.resize(area(width, height));
  for (int row = 0; row < height; ++row) {
    auto upper = x.planes[0] + area(x.strides[0], 2 * row);
    auto lower = upper + x.strides[0];
    take_luma(upper, &luma_[area(x.width, 2 * row)], x.width);
    take_luma(lower, &luma_[area(x.width, 2 * row + 1)], x.width);
    auto out = area(width, row);
    mix_chroma(upper, lower, &u_[out], &v_[out], width);
  }
  return {x.width,
          x.height,
          {luma_.data(), u_.data(), v_.data()},
          {x.width, width, width}};
}

} // namespace camnode
