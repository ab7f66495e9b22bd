#define CAF_SUITE pattern_source

#include "tests/camnode_test.hpp"

#include "actors/camera/pattern_source.hpp"
#include "actors/camera/test_pattern.hpp"
#include "messages/clock.hpp"
#include "tests/actors/camera/source_probe.hpp"

#include <cinttypes>
#include <cmath>
#include <cstdio>

using namespace camnode;
using namespace camnode_test;

namespace {

struct comment {
  uint64_t frame = 0;
  int64_t mono_ns = 0;
  int64_t utc_ns = 0;
};

/// The comment right after a JPEG's start.
comment comment_of(const frame_bytes& jpeg) {
  comment result;
  auto length = static_cast<size_t>(jpeg.data()[4] << 8 | jpeg.data()[5]);
  std::string text{jpeg.data() + 6, jpeg.data() + 4 + length};
  sscanf(text.c_str(),
         "camnode frame=%" SCNu64 " mono=%" SCNd64 " utc=%" SCNd64,
         &result.frame, &result.mono_ns, &result.utc_ns);
  return result;
}

std::optional<uint64_t> stamp_of(const frame_bytes& jpeg) {
  jpeg_decoder decoder;
  bgr_picture out;
  if (!decoder.decode(jpeg.data(), jpeg.size(), 4096, 4096, out))
    return std::nullopt;
  std::vector<uint8_t> green;
  for (size_t i = 1; i < out.pixels.size(); i += 3)
    green.push_back(out.pixels[i]);
  return read_stamp(green.data(), out.width, out.height);
}

caf::error start_error(pattern_options options) {
  pattern_source testee{std::move(options)};
  return testee.start({});
}

} // namespace

CAF_TEST(frames carry their number and times in picture and comment) {
  source_probe probe;
  auto begin_ns = capture_clock_ns();
  {
    pattern_source testee{{"cam", 160, 120, 200.0, 80}};
    CAF_REQUIRE(!testee.start(probe.events()));
    CAF_REQUIRE(probe.wait_frames(5));
  }
  auto end_ns = capture_clock_ns();
  uint64_t last = 0;
  for (auto& x : probe.take_frames()) {
    auto said = comment_of(x.jpeg);
    CAF_CHECK(said.frame > last);
    last = said.frame;
    CAF_CHECK(stamp_of(x.jpeg) == said.frame);
    CAF_CHECK_EQUAL(said.mono_ns, x.capture_mono_ns);
    CAF_CHECK_EQUAL(said.utc_ns, x.capture_utc_ns);
    CAF_CHECK(x.capture_mono_ns > begin_ns && x.capture_mono_ns < end_ns);
    CAF_CHECK_EQUAL(x.width, 160);
    CAF_CHECK_EQUAL(x.height, 120);
    CAF_CHECK_EQUAL(x.exposure_us, -1);
  }
}

CAF_TEST(every number is a frame or a reported loss) {
  source_probe probe;
  {
    // More than any machine can encode.
    pattern_source testee{{"cam", 1920, 1080, 1000.0, 95}};
    CAF_REQUIRE(!testee.start(probe.events()));
    CAF_REQUIRE(probe.wait_loss());
    CAF_REQUIRE(probe.wait_frames(probe.frame_count() + 2));
  }
  uint64_t gaps = 0;
  uint64_t previous = 0;
  for (auto& x : probe.take_frames()) {
    auto number = comment_of(x.jpeg).frame;
    gaps += number - previous - 1;
    previous = number;
  }
  CAF_CHECK_EQUAL(gaps, probe.lost());
  CAF_CHECK_EQUAL(to_string(probe.place_of_loss()), std::string{"encoder"});
}

CAF_TEST(a source that waits for its next frame ends at once) {
  source_probe probe;
  auto begin_ns = capture_clock_ns();
  {
    pattern_source testee{{"cam", 64, 48, 0.001, 80}};
    CAF_REQUIRE(!testee.start(probe.events()));
    CAF_REQUIRE(probe.wait_frames(1));
  }
  // The next frame is due after 1000 s.
  CAF_CHECK(capture_clock_ns() - begin_ns < 100'000'000'000);
  CAF_CHECK_EQUAL(probe.frame_count(), 1u);
  CAF_CHECK_EQUAL(probe.ends(), 0);
}

CAF_TEST(a source that was never started ends quietly) {
  pattern_source testee{{"cam", 64, 48, 30.0, 80}};
  CAF_CHECK(true);
}

CAF_TEST(options that cannot work are refused with what would be right) {
  pattern_options good{"cam", 640, 480, 30.0, 80};
  auto refused = [&](auto change) {
    auto options = good;
    change(options);
    auto error = start_error(options);
    return error == ec::bad_configuration && !describe(error).empty();
  };
  for (int x : {-2, 0, 46, 62, 641, 4098}) {
    CAF_CHECK(refused([&](pattern_options& o) { o.width = x; }));
    if (x != 62)
      CAF_CHECK(refused([&](pattern_options& o) { o.height = x; }));
  }
  for (double x : {0.0, -1.0, 1000.5, std::nan("")})
    CAF_CHECK(refused([&](pattern_options& o) { o.fps = x; }));
  for (int x : {0, 101})
    CAF_CHECK(refused([&](pattern_options& o) { o.quality = x; }));
}
