#define CAF_SUITE libcamera_source

#include "tests/camnode_test.hpp"

#include "actors/camera/libcamera_source.hpp"
#include "tests/actors/camera/source_probe.hpp"

#include <cstdlib>

using namespace camnode;
using namespace camnode_test;

// With libcamera's virtual camera (tools/test-libcamera, which sets
// VIRTUAL_CAMERA) all of this is tested; else only what is said of no camera.
// Nobody's real camera is touched.

namespace {

bool has_camera() {
  return getenv("VIRTUAL_CAMERA") != nullptr;
}

libcamera_options good() {
  libcamera_options result;
  result.width = 640;
  result.height = 360;
  result.fps = 30;
  result.quality = 80;
  return result;
}

std::string start_error(const libcamera_options& options) {
  source_probe probe;
  auto testee = make_libcamera_source(options);
  return describe(testee->start(probe.events()));
}

bool has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos)
    return true;
  CAF_ERROR(text << " lacks " << part);
  return false;
}

} // namespace

CAF_TEST(a machine without libcamera or camera says so) {
  CAF_CHECK(!libcamera_support().empty());
  if (list_cameras())
    return;
  CAF_CHECK(!has_camera());
  auto text = start_error(good());
  CAF_CHECK(has(text, has_libcamera() ? "libcamera finds no camera"
                                      : "built without libcamera"));
  CAF_CHECK_EQUAL(describe(check_camera(good())), text);
  CAF_CHECK_EQUAL(describe(list_cameras().error()), text);
  CAF_CHECK(check_camera(good()) == ec::unavailable);
}

CAF_TEST(frames come in order with their times and the size that is asked for) {
  CAF_CHECK(true);
  if (!has_camera())
    return;
  source_probe probe;
  {
    auto testee = make_libcamera_source(good());
    CAF_REQUIRE(!testee->start(probe.events()));
    CAF_REQUIRE(probe.wait_frames(10));
  }
  int64_t last_ns = 0;
  for (auto& x : probe.take_frames()) {
    CAF_CHECK(x.capture_mono_ns > last_ns);
    last_ns = x.capture_mono_ns;
    CAF_CHECK_EQUAL(x.width, 640);
    CAF_CHECK_EQUAL(x.height, 360);
  }
  CAF_CHECK_EQUAL(probe.ends(), 0);
}

CAF_TEST(a camera that is used is refused to others and given to the next) {
  CAF_CHECK(true);
  if (!has_camera())
    return;
  for (int i = 0; i < 3; ++i) {
    source_probe probe;
    auto first = make_libcamera_source(good());
    CAF_REQUIRE(!first->start(probe.events()));
    CAF_REQUIRE(probe.wait_frames(2));
    CAF_CHECK(has(start_error(good()), "is in use by another program"));
    // The second one's failure is nothing to the first.
    CAF_REQUIRE(probe.wait_frames(probe.frame_count() + 2));
  }
}

CAF_TEST(what a camera cannot do is refused with what would be right) {
  CAF_CHECK(true);
  if (!has_camera())
    return;
  auto refused = [](auto change, const char* part) {
    auto options = good();
    change(options);
    CAF_CHECK(check_camera(options) == ec::bad_configuration);
    CAF_CHECK(has(describe(check_camera(options)), part));
    CAF_CHECK(has(start_error(options), part));
  };
  using options = libcamera_options;
  refused([](options& x) { x.width = 642; }, "642x360: want 640x360");
  refused([](options& x) { x.width = 641; }, "641x360: want 640x360");
  refused([](options& x) { x.fps = 60; }, "fps=60: want at most 30");
  refused([](options& x) { x.exposure_us = 7; }, "camera.exposure-us=7: this");
  refused([](options& x) { x.exposure_us = 40'000; },
          "camera.exposure-us=40000: want at most 33333 at this camera.fps");
  refused([](options& x) { x.gain = 2; }, "camera.gain=2: this camera has no");
  refused([](options& x) { x.focus = autofocus::once; },
          "camera.autofocus=once: this camera has no");
  refused([](options& x) { x.lens_dioptres = 1.5; }, "lens-position=1.5: this");
  refused([](options& x) { x.white_balance = "indoor"; },
          "white-balance=indoor: this camera has no");
  refused([](options& x) { x.white_balance = "1.5,2"; },
          "white-balance=1.5,2: this camera has no");
  refused([](options& x) { x.range = hdr::night; }, "camera.hdr");
}

CAF_TEST(an unknown camera is told from those that are there) {
  CAF_CHECK(true);
  if (!has_camera())
    return;
  auto options = good();
  options.id = "nobody";
  CAF_CHECK(
    has(start_error(options), "camera.id=nobody: no such camera; want"));
  CAF_CHECK(check_camera(options) == ec::open_failed);
}
