#define CAF_SUITE test_pattern

#include "tests/camnode_test.hpp"

#include "actors/camera/test_pattern.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

using namespace camnode;

namespace {

using bytes = std::vector<uint8_t>;

constexpr std::pair<int, int> sizes[] = {{64, 48},     {64, 64},    {66, 50},
                                         {96, 96},     {160, 120},  {320, 240},
                                         {640, 480},   {720, 576},  {1280, 720},
                                         {1920, 1080}, {64, 4096},  {4096, 48},
                                         {4096, 4096}, {2592, 1944}};

bytes luma_of(const yuv420_view& x) {
  auto size = static_cast<size_t>(x.width) * static_cast<size_t>(x.height);
  return {x.planes[0], x.planes[0] + size};
}

std::vector<bytes> planes_of(const yuv420_view& x) {
  auto quarter = static_cast<size_t>(x.width / 2)
                 * static_cast<size_t>(x.height / 2);
  return {luma_of(x), bytes{x.planes[1], x.planes[1] + quarter},
          bytes{x.planes[2], x.planes[2] + quarter}};
}

std::optional<uint64_t> stamp_after_jpeg(const yuv420_view& x, int quality) {
  jpeg_encoder encoder;
  jpeg_decoder decoder;
  bgr_picture out;
  auto jpeg = encoder.encode(x, quality);
  if (!decoder.decode(jpeg.data(), jpeg.size(), x.width, x.height, out))
    return std::nullopt;
  bytes green;
  for (size_t i = 1; i < out.pixels.size(); i += 3)
    green.push_back(out.pixels[i]);
  return read_stamp(green.data(), out.width, out.height);
}

} // namespace

CAF_TEST(the frame number can be read from pictures of every size) {
  for (auto [width, height] : sizes) {
    test_pattern testee{"cam", width, height};
    for (uint64_t frame : {uint64_t{0}, uint64_t{1}, uint64_t{123456789},
                           uint64_t{0xAAAAAAAAAAAAAAAA}, ~uint64_t{0}}) {
      auto view = testee.draw(frame, 0);
      CAF_CHECK(read_stamp(view.planes[0], width, height) == frame);
    }
  }
}

CAF_TEST(the frame number survives JPEG at quality 50) {
  for (auto [width, height] : sizes) {
    if (width * height > 2'000'000)
      continue;
    test_pattern testee{"cam", width, height};
    for (uint64_t frame : {uint64_t{1}, uint64_t{0x5555555555555555},
                           uint64_t{0x0123456789ABCDEF}})
      CAF_CHECK(stamp_after_jpeg(testee.draw(frame, 0), 50) == frame);
  }
}

CAF_TEST(a picture without stamp or with a damaged one has no number) {
  for (uint8_t grey : {0, 100, 255}) {
    bytes plain(640 * 480, grey);
    CAF_CHECK(!read_stamp(plain.data(), 640, 480));
  }
  CAF_CHECK(!read_stamp(nullptr, 0, 0));
  test_pattern testee{"cam", 640, 480};
  auto luma = luma_of(testee.draw(77, 0));
  for (int bit = 0; bit < 80; ++bit) {
    auto damaged = luma;
    for (int i = 0; i < 64; ++i) {
      auto& pixel = damaged[static_cast<size_t>(i / 8 * 640 + bit * 8 + i % 8)];
      pixel = static_cast<uint8_t>(255 - pixel);
    }
    CAF_CHECK(!read_stamp(damaged.data(), 640, 480));
  }
}

CAF_TEST(a picture depends on its number and time alone) {
  for (auto [width, height] : {sizes[0], sizes[5], sizes[10], sizes[11]}) {
    test_pattern testee{"cam", width, height};
    for (uint64_t frame = 0; frame < 300; ++frame)
      testee.draw(frame, static_cast<int64_t>(frame) * 33'333'333);
    test_pattern fresh{"cam", width, height};
    CAF_CHECK(planes_of(testee.draw(7, 5'000'000'000))
              == planes_of(fresh.draw(7, 5'000'000'000)));
  }
}

CAF_TEST(the disc moves from frame to frame at every size) {
  for (auto [width, height] : sizes) {
    test_pattern testee{"cam", width, height};
    // Stamp and text are grey: only the disc changes colours.
    std::vector<bytes> seen;
    for (uint64_t frame = 0; frame < 400; frame += 37) {
      auto view = testee.draw(frame, 0);
      seen.emplace_back(view.planes[1],
                        view.planes[1] + width / 2 * (height / 2));
    }
    std::sort(seen.begin(), seen.end());
    CAF_CHECK(std::unique(seen.begin(), seen.end()) - seen.begin() > 2);
  }
}

CAF_TEST(the text shows id and number and time) {
  auto picture = [](const std::string& id, uint64_t frame, int64_t utc_ns) {
    test_pattern testee{id, 640, 480};
    return luma_of(testee.draw(frame, utc_ns));
  };
  auto base = picture("a", 1, 0);
  CAF_CHECK(base != picture("b", 1, 0));
  CAF_CHECK(base != picture("a", 1, 1'000'000));
  CAF_CHECK(base == picture("a", 1, 999'999));
  CAF_CHECK(base == picture("A", 1, -5));
  CAF_CHECK(base == picture("a\x01", 1, 0));
}

CAF_TEST(an id of the longest kind is clipped) {
  for (auto [width, height] : sizes) {
    test_pattern testee{std::string(64, 'W'), width, height};
    auto view = testee.draw(~uint64_t{0}, INT64_MAX);
    CAF_CHECK(read_stamp(view.planes[0], width, height) == ~uint64_t{0});
  }
}
