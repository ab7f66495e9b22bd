#define CAF_SUITE picture_converter

#include "tests/camnode_test.hpp"

#include "actors/camera/picture_converter.hpp"

#ifdef CAMNODE_HAS_OPENCV
#  include <opencv2/imgproc.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <utility>

using namespace camnode;

namespace {

/// Memory of a plane with padded rows, whose padding is garbage.
struct plane {
  plane(int row_bytes, int padding, int rows)
    : stride(row_bytes + padding),
      bytes(static_cast<size_t>(stride) * static_cast<size_t>(rows), 0xEE) {
  }

  uint8_t& at(int x, int y) {
    return bytes[static_cast<size_t>(y) * static_cast<size_t>(stride)
                 + static_cast<size_t>(x)];
  }

  int stride;
  std::vector<uint8_t> bytes;
};

/// A smooth picture that uses the whole range, with different rows.
uint8_t wave(int x, int y, int kind) {
  auto phase = kind * 2.0;
  auto value = 127.5
               + 127.5 * std::sin(x * 0.07 + phase)
                   * std::cos(y * 0.05 + phase);
  return static_cast<uint8_t>(std::lround(value));
}

raw_picture picture_of(pixel_layout layout, int width, int height,
                       const std::vector<plane>& planes) {
  raw_picture result;
  result.layout = layout;
  result.width = width;
  result.height = height;
  for (size_t i = 0; i < planes.size(); ++i) {
    result.planes[i] = planes[i].bytes.data();
    result.strides[i] = planes[i].stride;
  }
  return result;
}

std::vector<plane> nv12(int width, int height, int padding) {
  plane luma{width, padding, height};
  plane chroma{width, padding, height / 2};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      luma.at(x, y) = wave(x, y, 0);
  for (int y = 0; y < height / 2; ++y) {
    for (int x = 0; x < width / 2; ++x) {
      chroma.at(2 * x, y) = wave(x, y, 1);
      chroma.at(2 * x + 1, y) = wave(x, y, 2);
    }
  }
  return {luma, chroma};
}

std::vector<plane> yuyv(int width, int height, int padding) {
  plane all{2 * width, padding, height};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      all.at(2 * x, y) = wave(x, y, 0);
    for (int x = 0; x < width / 2; ++x) {
      all.at(4 * x + 1, y) = wave(x, y, 1);
      all.at(4 * x + 3, y) = wave(x, y, 2);
    }
  }
  return {all};
}

} // namespace

CAF_TEST(NV12 is split into planes and its luma stays where it is) {
  for (int padding : {0, 32}) {
    auto planes = nv12(70, 46, padding);
    auto raw = picture_of(pixel_layout::nv12, 70, 46, planes);
    picture_converter testee;
    auto out = testee.planar(raw);
    CAF_CHECK_EQUAL(out.width, 70);
    CAF_CHECK_EQUAL(out.height, 46);
    CAF_CHECK(out.planes[0] == raw.planes[0]);
    CAF_CHECK_EQUAL(out.strides[0], 70 + padding);
    int wrong = 0;
    for (int y = 0; y < 23; ++y) {
      for (int x = 0; x < 35; ++x) {
        wrong += out.planes[1][y * out.strides[1] + x] != wave(x, y, 1);
        wrong += out.planes[2][y * out.strides[2] + x] != wave(x, y, 2);
      }
    }
    CAF_CHECK_EQUAL(wrong, 0);
  }
}

CAF_TEST(YUYV is taken apart and the chroma of two rows is averaged) {
  for (int padding : {0, 20}) {
    auto planes = yuyv(70, 46, padding);
    picture_converter testee;
    auto out = testee.planar(picture_of(pixel_layout::yuyv, 70, 46, planes));
    int wrong = 0;
    for (int y = 0; y < 46; ++y)
      for (int x = 0; x < 70; ++x)
        wrong += out.planes[0][y * out.strides[0] + x] != wave(x, y, 0);
    for (int y = 0; y < 23; ++y) {
      for (int x = 0; x < 35; ++x) {
        for (int c : {1, 2}) {
          auto mean = (wave(x, 2 * y, c) + wave(x, 2 * y + 1, c) + 1) / 2;
          wrong += out.planes[c][y * out.strides[c] + x] != mean;
        }
      }
    }
    CAF_CHECK_EQUAL(wrong, 0);
  }
}

CAF_TEST(planar pictures are not copied) {
  uint8_t memory[3] = {};
  raw_picture raw;
  raw.width = 64;
  raw.height = 48;
  for (int i = 0; i < 3; ++i) {
    raw.planes[i] = &memory[i];
    raw.strides[i] = 100 + i;
  }
  picture_converter testee;
  auto out = testee.planar(raw);
  for (int i = 0; i < 3; ++i) {
    CAF_CHECK(out.planes[i] == &memory[i]);
    CAF_CHECK_EQUAL(out.strides[i], 100 + i);
  }
}

CAF_TEST(the limited range of a camera becomes the full one of JPEGs) {
  constexpr int width = 64;
  constexpr int height = 32;
  // Every value there is, in each plane.
  auto value = [](int x, int y) { return static_cast<uint8_t>(x + 64 * y); };
  plane luma{width, 10, height};
  plane chroma{width, 6, height / 2};
  plane packed{2 * width, 8, height};
  plane u{width / 2, 3, height / 2};
  plane v{width / 2, 5, height / 2};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      luma.at(x, y) = packed.at(2 * x, y) = value(x, y);
      packed.at(2 * x + 1, y) = value(x / 2, y / 2);
    }
  for (int y = 0; y < height / 2; ++y)
    for (int x = 0; x < width / 2; ++x) {
      u.at(x, y) = v.at(x, y) = value(x, y);
      chroma.at(2 * x, y) = chroma.at(2 * x + 1, y) = value(x, y);
    }
  auto luma_of = [](int x) { return (x - 16) * 255.0 / 219; };
  auto chroma_of = [](int x) { return 128 + (x - 128) * 255.0 / 224; };
  picture_converter testee;
  std::pair<pixel_layout, std::vector<plane>> pictures[] = {
    {pixel_layout::yuv420, {luma, u, v}},
    {pixel_layout::nv12, {luma, chroma}},
    {pixel_layout::yuyv, {packed}},
  };
  for (auto& [layout, planes] : pictures) {
    auto raw = picture_of(layout, width, height, planes);
    raw.is_limited = true;
    auto out = testee.planar(raw);
    double worst = 0;
    for (int i = 0; i < 3; ++i)
      for (int y = 0; y < (i == 0 ? height : height / 2); ++y)
        for (int x = 0; x < (i == 0 ? width : width / 2); ++x) {
          auto wanted = i == 0 ? luma_of(value(x, y)) : chroma_of(value(x, y));
          auto got = out.planes[i][y * out.strides[i] + x];
          worst = std::max(worst,
                           std::abs(std::clamp(wanted, 0.0, 255.0) - got));
        }
    CAF_CHECK(worst <= 0.5);
    // And back to where it is, where nothing is to be converted.
    raw.is_limited = false;
    CAF_CHECK_EQUAL(testee.planar(raw).planes[0][16], value(16, 0));
  }
}

CAF_TEST(a converter that has seen a big picture still does small ones) {
  picture_converter testee;
  for (int side : {64, 16, 32}) {
    auto planes = yuyv(side, side, 4);
    auto out = testee.planar(
      picture_of(pixel_layout::yuyv, side, side, planes));
    CAF_CHECK_EQUAL(out.width, side);
    auto last = side - 1;
    CAF_CHECK_EQUAL(out.planes[0][last * out.strides[0] + last],
                    wave(last, last, 0));
  }
}

#ifdef CAMNODE_HAS_OPENCV

namespace {

/// Full-range BT.601, as JFIF has it: what OpenCV calls YCrCb.
cv::Mat bgr_of_full_range(const yuv420_view& x) {
  cv::Mat planes[3];
  for (int i = 0; i < 3; ++i) {
    cv::Mat view(i == 0 ? x.height : x.height / 2,
                 i == 0 ? x.width : x.width / 2, CV_8U,
                 const_cast<uint8_t*>(x.planes[i]),
                 static_cast<size_t>(x.strides[i]));
    cv::resize(view, planes[i], {x.width, x.height}, 0, 0, cv::INTER_NEAREST);
  }
  cv::Mat joined;
  cv::Mat result;
  cv::merge(std::vector<cv::Mat>{planes[0], planes[2], planes[1]}, joined);
  cv::cvtColor(joined, result, cv::COLOR_YCrCb2BGR);
  return result;
}

/// What OpenCV makes of a camera's bytes. Its conversions expect limited range:
/// bring each sample there first, and colours come out as in full range.
cv::Mat bgr_by_opencv(const std::vector<plane>& planes, int width, int height,
                      bool is_nv12) {
  auto limited = [](const plane& x, int row_bytes, int rows, int luma_step) {
    cv::Mat result(rows, row_bytes, CV_8U);
    for (int y = 0; y < rows; ++y) {
      for (int i = 0; i < row_bytes; ++i) {
        double value = x.bytes[static_cast<size_t>(y * x.stride + i)];
        auto is_luma = luma_step > 0 && i % luma_step == 0;
        value = is_luma ? 16 + value * 219 / 255
                        : 128 + (value - 128) * 224 / 255;
        result.at<uint8_t>(y, i) = cv::saturate_cast<uint8_t>(value);
      }
    }
    return result;
  };
  cv::Mat result;
  if (is_nv12) {
    auto chroma = limited(planes[1], width, height / 2, 0);
    cv::cvtColorTwoPlane(limited(planes[0], width, height, 1),
                         cv::Mat(height / 2, width / 2, CV_8UC2, chroma.data),
                         result, cv::COLOR_YUV2BGR_NV12);
  } else {
    auto all = limited(planes[0], 2 * width, height, 2);
    cv::cvtColor(cv::Mat(height, width, CV_8UC2, all.data), result,
                 cv::COLOR_YUV2BGR_YUY2);
  }
  return result;
}

double psnr(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat difference;
  cv::absdiff(a, b, difference);
  difference.convertTo(difference, CV_32F);
  auto sums = cv::sum(difference.mul(difference));
  auto mse = (sums[0] + sums[1] + sums[2]) / (3.0 * a.rows * a.cols);
  return mse == 0 ? 99 : 10 * std::log10(255.0 * 255.0 / mse);
}

} // namespace

CAF_TEST(colours are those that OpenCV sees in the same bytes) {
  constexpr int width = 320;
  constexpr int height = 240;
  picture_converter testee;
  for (int padding : {0, 64}) {
    auto planes = nv12(width, height, padding);
    auto out = testee.planar(
      picture_of(pixel_layout::nv12, width, height, planes));
    auto found = psnr(bgr_of_full_range(out),
                      bgr_by_opencv(planes, width, height, true));
    if (found < 40)
      CAF_ERROR("NV12: " << found << " dB");
    planes = yuyv(width, height, padding);
    out = testee.planar(picture_of(pixel_layout::yuyv, width, height, planes));
    found = psnr(bgr_of_full_range(out),
                 bgr_by_opencv(planes, width, height, false));
    if (found < 32)
      CAF_ERROR("YUYV: " << found << " dB");
  }
}

#endif // CAMNODE_HAS_OPENCV
