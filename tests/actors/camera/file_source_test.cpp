#define CAF_SUITE file_source

#include "tests/camnode_test.hpp"

#include "actors/camera/file_source.hpp"
#include "actors/camera/test_pattern.hpp"
#include "messages/clock.hpp"
#include "tests/actors/camera/source_probe.hpp"
#include "tests/actors/jpeg_samples.hpp"

#include <cstdlib>
#include <optional>

#include <unistd.h>

using namespace camnode;
using namespace camnode_test;

namespace {

bytes to_bytes(const frame_bytes& x) {
  return {x.data(), x.data() + x.size()};
}

/// The number that a frame of a test pattern shows.
uint64_t stamp_of(const frame_bytes& jpeg) {
  jpeg_decoder decoder;
  bgr_picture out;
  if (!decoder.decode(jpeg.data(), jpeg.size(), 4096, 4096, out))
    return 0;
  bytes green;
  for (size_t i = 1; i < out.pixels.size(); i += 3)
    green.push_back(out.pixels[i]);
  return read_stamp(green.data(), out.width, out.height).value_or(0);
}

struct fixture {
  temporary_directory directory;
  source_probe probe;

  /// Test pictures with the numbers 1 to `n`.
  std::vector<bytes> patterns(uint64_t n) {
    test_pattern pattern{"file", 320, 240};
    jpeg_encoder encoder;
    std::vector<bytes> result;
    for (uint64_t i = 1; i <= n; ++i)
      result.push_back(to_bytes(encoder.encode(pattern.draw(i, 0), 90)));
    return result;
  }

  std::string write(const std::string& name, const std::vector<bytes>& xs) {
    bytes content;
    for (auto& x : xs)
      content = content + x;
    write_file(directory / name, content);
    return directory / name;
  }

  std::vector<captured_frame> play(const std::string& path, size_t n,
                                   double fps = 50) {
    {
      file_source testee{{path, fps}};
      auto error = testee.start(probe.events());
      if (error)
        CAF_FAIL(describe(error));
      CAF_REQUIRE(probe.wait_frames(n));
    }
    auto result = probe.take_frames();
    result.resize(n);
    return result;
  }

  std::string refusal(const std::string& path) {
    file_source testee{{path, 50}};
    auto error = testee.start(probe.events());
    CAF_CHECK(error == ec::open_failed);
    return describe(error);
  }

  /// Frames show 1 to `period` over and over, `step_ns` apart.
  void check_loop(const std::vector<captured_frame>& frames, uint64_t period,
                  int64_t step_ns, int64_t tolerance_ns) {
    for (size_t i = 0; i < frames.size(); ++i) {
      CAF_CHECK_EQUAL(stamp_of(frames[i].jpeg), i % period + 1);
      CAF_CHECK_EQUAL(frames[i].width, 320);
      CAF_CHECK_EQUAL(frames[i].height, 240);
      auto expected = static_cast<int64_t>(i) * step_ns;
      auto actual = frames[i].capture_mono_ns - frames[0].capture_mono_ns;
      CAF_CHECK(std::abs(actual - expected) <= tolerance_ns);
    }
    CAF_CHECK_EQUAL(probe.lost(), 0u);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(file_source_tests, fixture)

CAF_TEST(a row of JPEGs plays in a loop at the given rate) {
  auto jpegs = patterns(3);
  auto begin_ns = capture_clock_ns();
  auto frames = play(write("x.mjpeg", jpegs), 8, 100);
  auto end_ns = capture_clock_ns();
  check_loop(frames, 3, 10'000'000, 0);
  for (size_t i = 0; i < frames.size(); ++i) {
    CAF_CHECK(to_bytes(frames[i].jpeg) == jpegs[i % 3]);
    CAF_CHECK(frames[i].capture_mono_ns >= begin_ns);
    CAF_CHECK(frames[i].capture_mono_ns <= end_ns);
  }
}

CAF_TEST(one JPEG is a film of one frame) {
  check_loop(play(write("x.jpg", patterns(1)), 4), 1, 20'000'000, 0);
}

CAF_TEST(damaged frames are losses of the source and the rest plays) {
  auto jpegs = patterns(2);
  // In its header: one that lacks only data is a picture to decoders.
  auto cut = jpegs[0];
  cut.resize(100);
  auto frames = play(write("x.mjpeg", {jpegs[0], cut, jpegs[1]}), 4);
  for (size_t i = 0; i < frames.size(); ++i)
    CAF_CHECK_EQUAL(stamp_of(frames[i].jpeg), i % 2 + 1);
  CAF_CHECK(probe.lost() >= 1);
  CAF_CHECK_EQUAL(to_string(probe.place_of_loss()), std::string{"source"});
}

CAF_TEST(a file that vanishes ends the source) {
  auto path = write("x.mjpeg", patterns(2));
  file_source testee{{path, 100}};
  CAF_REQUIRE(!testee.start(probe.events()));
  CAF_REQUIRE_EQUAL(unlink(path.c_str()), 0);
  CAF_REQUIRE(probe.wait_end());
  CAF_CHECK(probe.end_text().find(path) != std::string::npos);
}

CAF_TEST(a source that waits for its next frame ends at once) {
  auto begin_ns = capture_clock_ns();
  play(write("x.mjpeg", patterns(2)), 1, 0.001);
  CAF_CHECK(capture_clock_ns() - begin_ns < 100'000'000'000);
  CAF_CHECK_EQUAL(probe.ends(), 0);
}

CAF_TEST(files that cannot play are refused with path and reason) {
  auto missing = directory / "missing.mp4";
  CAF_CHECK_EQUAL(refusal(missing),
                  "open failed: " + missing + ": No such file or directory");
  auto empty = write("empty.mp4", {});
  CAF_CHECK_EQUAL(refusal(empty),
                  "open failed: " + empty + ": the file is empty");
  auto other = write("other.mp4", {text("no pictures in here at all")});
  CAF_CHECK_EQUAL(refusal(other),
                  "open failed: " + other
                    + ": no row of JPEGs (MJPEG); ffmpeg in camera.command "
                      "plays other files");
  auto cut = write("cut.mjpeg", {soi + segment(0xE0, {1})});
  CAF_CHECK_EQUAL(refusal(cut),
                  "open failed: " + cut + ": no whole frame in it");
  CAF_CHECK(refusal("/tmp").find("/tmp: ") != std::string::npos);
  CAF_CHECK_EQUAL(probe.ends(), 0);
}

CAF_TEST(a rate that cannot be is a bad configuration) {
  auto path = write("x.mjpeg", patterns(1));
  for (auto fps : {0.0, 2000.0})
    CAF_CHECK((file_source{{path, fps}}.start(probe.events()))
              == ec::bad_configuration);
}

CAF_TEST_FIXTURE_SCOPE_END()
