#include "actors/camera/picture_converter.hpp"

#include <algorithm>
#include <array>
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

using range_table = std::array<uint8_t, 256>;

/// What is at `black` comes to `to_black`, and `span` becomes 255, rounded.
/// Values beyond the range are those at its end.
constexpr range_table expansion(int black, int span, int to_black) {
  range_table result{};
  for (int i = 0; i < 256; ++i) {
    auto value = (i - black) * 255;
    value += value < 0 ? -span / 2 : span / 2;
    value = to_black + value / span;
    result[static_cast<size_t>(i)] = static_cast<uint8_t>(
      std::clamp(value, 0, 255));
  }
  return result;
}

constexpr auto luma_expansion = expansion(16, 219, 0);
constexpr auto chroma_expansion = expansion(128, 224, 128);

void expand(const uint8_t* in, int stride, uint8_t* out, int width, int height,
            const range_table& table) {
  for (int row = 0; row < height; ++row, in += stride, out += width)
    for (int i = 0; i < width; ++i)
      out[i] = table[in[i]];
}

size_t area(int width, int height) {
  return static_cast<size_t>(width) * static_cast<size_t>(height);
}

} // namespace

yuv420_view picture_converter::planar(const raw_picture& x) {
  auto result = x.layout == pixel_layout::nv12   ? from_nv12(x)
                : x.layout == pixel_layout::yuyv ? from_yuyv(x)
                                                 : as_it_is(x);
  return x.is_limited ? expanded(result) : result;
}

yuv420_view picture_converter::as_it_is(const raw_picture& x) {
  return {x.width,
          x.height,
          {x.planes[0], x.planes[1], x.planes[2]},
          {x.strides[0], x.strides[1], x.strides[2]}};
}

yuv420_view picture_converter::expanded(const yuv420_view& x) {
  yuv420_view result{x.width, x.height, {}, {}};
  std::vector<uint8_t>* memory[] = {&luma_, &u_, &v_};
  for (int i = 0; i < 3; ++i) {
    auto width = i == 0 ? x.width : x.width / 2;
    auto height = i == 0 ? x.height : x.height / 2;
    auto& to = *memory[i];
    // Of its own size already where the plane is in it.
    to.resize(area(width, height));
    expand(x.planes[i], x.strides[i], to.data(), width, height,
           i == 0 ? luma_expansion : chroma_expansion);
    result.planes[i] = to.data();
    result.strides[i] = width;
  }
  return result;
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
