#define CAF_SUITE file_source

#include "tests/camnode_test.hpp"

#include "actors/camera/file_source.hpp"
#include "actors/camera/test_pattern.hpp"
#include "messages/clock.hpp"
#include "tests/actors/jpeg_samples.hpp"
#include "tests/actors/source_probe.hpp"

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

  /// Has ffmpeg make a file of `frames` test pictures at 50 fps.
  std::string make(const std::string& name, uint64_t frames,
                   const std::string& arguments) {
    auto raw = write("raw.mjpeg", patterns(frames));
    auto path = directory / name;
    auto command = "ffmpeg -v error -nostdin -f mjpeg -framerate 50 -i " + raw
                   + ' ' + arguments + ' ' + path;
    CAF_REQUIRE_EQUAL(system(command.c_str()), 0);
    return path;
  }

  std::vector<captured_frame> play(const std::string& path, size_t n,
                                   double fps = 50) {
    {
      file_source testee{{path, fps, 90}};
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
    file_source testee{{path, 50, 90}};
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

CAF_TEST(MJPEG in a container is passed on untouched at its own times) {
  auto path = make("x.mp4", 4, "-c copy -video_track_timescale 90000");
  auto jpegs = patterns(4);
  auto frames = play(path, 10, 7);
  check_loop(frames, 4, 20'000'000, 20'000);
  for (size_t i = 0; i < frames.size(); ++i)
    CAF_CHECK(to_bytes(frames[i].jpeg) == jpegs[i % 4]);
}

CAF_TEST(uneven times of a container are kept) {
  // Frames at 0, 20, 40, 240 and 320 ms.
  auto path = make("x.mp4", 5,
                   "-c copy -video_track_timescale 90000 "
                   "-bsf:v 'setts=ts=if(gte(N\\,3)\\,4*PTS\\,PTS)'");
  auto frames = play(path, 6);
  const int64_t expected_ms[] = {0, 20, 40, 240, 320, 340};
  for (size_t i = 0; i < frames.size(); ++i) {
    auto actual = frames[i].capture_mono_ns - frames[0].capture_mono_ns;
    CAF_CHECK(std::abs(actual - expected_ms[i] * 1'000'000) <= 20'000);
  }
}

CAF_TEST(other codecs are decoded and encoded in display order) {
  auto path = make("x.mp4", 10, "-c:v mpeg4 -bf 2 -q:v 2 -pix_fmt yuv420p");
  check_loop(play(path, 25, 7), 10, 20'000'000, 20'000);
}

CAF_TEST(colours stay what they are when decoded) {
  struct {
    const char* name;
    const char* size;
    const char* matrix;
    int blue_green_red[3];
  } cases[] = {{"white", "64x48", "bt601", {255, 255, 255}},
               {"red", "64x48", "bt601", {0, 0, 255}},
               {"0x408020", "64x48", "bt601", {0x20, 0x80, 0x40}},
               // High definition has other primaries.
               {"0x408020", "1280x720", "bt709", {0x20, 0x80, 0x40}}};
  for (auto& x : cases) {
    auto path = directory / "colour.avi";
    auto command = std::string{"ffmpeg -v error -nostdin -y -f lavfi -i color="}
                   + x.name + ":size=" + x.size + ":rate=50:duration=0.1 -vf "
                   + "scale=out_color_matrix=" + x.matrix
                   + ",format=yuv420p -c:v rawvideo " + path;
    CAF_REQUIRE_EQUAL(system(command.c_str()), 0);
    auto frames = play(path, 1);
    jpeg_decoder decoder;
    bgr_picture out;
    auto& jpeg = frames[0].jpeg;
    CAF_REQUIRE(decoder.decode(jpeg.data(), jpeg.size(), 4096, 4096, out));
    for (size_t i = 0; i < 3; ++i)
      CAF_CHECK(std::abs(out.pixels[i] - x.blue_green_red[i]) < 5);
  }
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
  file_source testee{{path, 100, 90}};
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
  auto garbage = write("garbage.mp4", {text("no pictures in here at all")});
  CAF_CHECK(refusal(garbage).find(garbage) != std::string::npos);
  auto cut = write("cut.mjpeg", {soi + segment(0xE0, {1})});
  CAF_CHECK_EQUAL(refusal(cut),
                  "open failed: " + cut + ": no whole frame in it");
  CAF_CHECK(refusal("/tmp").find("/tmp: ") != std::string::npos);
  auto sound = directory / "sound.wav";
  auto command = "ffmpeg -v error -nostdin -f lavfi -i sine=duration=0.1 "
                 + sound;
  CAF_REQUIRE_EQUAL(system(command.c_str()), 0);
  CAF_CHECK_EQUAL(refusal(sound), "open failed: " + sound + ": no video in it");
  CAF_CHECK_EQUAL(probe.ends(), 0);
}

CAF_TEST(a rate or quality that cannot be is a bad configuration) {
  auto path = write("x.mjpeg", patterns(1));
  for (auto& options : {file_options{path, 0, 90}, file_options{path, 2000, 90},
                        file_options{path, 50, 0}, file_options{path, 50, 101}})
    CAF_CHECK(file_source{options}.start(probe.events())
              == ec::bad_configuration);
}

CAF_TEST_FIXTURE_SCOPE_END()
