#define CAF_SUITE small_pictures

#include "tests/camnode_test.hpp"

#include "tools/camctl/export/small_pictures.hpp"

#include <algorithm>
#include <vector>

using namespace camnode;

namespace {

/// A dark scene in which something bright of 3 x 1 pixels moves on with `n`.
small_picture scene(int n) {
  small_picture result;
  result.pixels.fill(60);
  auto at = static_cast<size_t>(n * 5);
  for (size_t i = 0; i < 3; ++i)
    result.pixels[(at + i) % result.pixels.size()] = 90;
  return result;
}

/// What an encoder makes of it: each pixel is off by up to `most`.
small_picture coded(small_picture x, int most) {
  int noise = 7;
  for (auto& pixel : x.pixels) {
    noise = (noise * 1103515245 + 12345) & 0x7fffffff;
    auto off = noise / 65536 % (2 * most + 1) - most;
    pixel = static_cast<uint8_t>(std::clamp(pixel + off, 0, 255));
  }
  return x;
}

/// The first fault of a film that shows these numbers where 0, 1, 2, ... were.
std::string fault_of(const std::vector<int>& shown, int most = 4) {
  picture_comparison testee;
  for (size_t n = 0; n < shown.size(); ++n) {
    auto fault = testee.add(scene(static_cast<int>(n)),
                            coded(scene(shown[n]), most));
    if (!fault.empty())
      return fault;
  }
  CAF_CHECK_EQUAL(testee.count(), shown.size());
  return {};
}

} // namespace

CAF_TEST(a film that shows what it was made of has no fault) {
  CAF_CHECK_EQUAL(fault_of({0, 1, 2, 3, 4, 5}), "");
  CAF_CHECK_EQUAL(fault_of({0, 1, 2, 3, 4, 5}, 10), "");
}

CAF_TEST(two pictures that changed their places are found) {
  CAF_CHECK_EQUAL(fault_of({0, 2, 1, 3}),
                  "frame 2 shows the picture of frame 1");
}

CAF_TEST(a picture that is there twice is found) {
  CAF_CHECK_EQUAL(fault_of({0, 0, 1, 2}),
                  "frame 1 shows the picture of frame 0");
  CAF_CHECK_EQUAL(fault_of({0, 1, 1, 3}),
                  "frame 2 shows the picture of frame 1");
}

CAF_TEST(a lost picture is found by those after it) {
  CAF_CHECK_EQUAL(fault_of({0, 2, 3, 4}),
                  "frame 1 shows the picture of frame 2");
}

CAF_TEST(a picture of something else is found) {
  picture_comparison testee;
  small_picture grey;
  grey.pixels.fill(128);
  CAF_CHECK_EQUAL(testee.add(scene(0), scene(0)), "");
  CAF_CHECK_EQUAL(testee.add(scene(1), grey),
                  "frame 1 is not the picture that it was made of");
}

CAF_TEST(pictures that hardly differ are in no wrong order) {
  picture_comparison testee;
  auto brighter = [](int by) {
    auto result = scene(0);
    for (auto& x : result.pixels)
      x = static_cast<uint8_t>(x + by);
    return result;
  };
  // An encoder may leave out what is as little as that.
  for (int n = 0; n < 8; ++n)
    CAF_CHECK_EQUAL(testee.add(brighter(n), brighter(n / 4 * 4)), "");
}

CAF_TEST(what an encoder smooths away is no wrong order) {
  picture_comparison testee;
  small_picture smooth;
  smooth.pixels.fill(60);
  for (int n = 0; n < 8; ++n) {
    auto flickering = coded(smooth, 22);
    if (n % 2 == 1)
      std::reverse(flickering.pixels.begin(), flickering.pixels.end());
    CAF_CHECK_EQUAL(testee.add(flickering, coded(smooth, 3)), "");
  }
}
