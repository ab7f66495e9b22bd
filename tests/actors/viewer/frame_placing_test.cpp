#define CAF_SUITE frame_placing
#include "tests/camnode_test.hpp"

#include "tests/actors/viewer/frame_intake_fixture.hpp"

#include <cstdlib>
#include <limits>

using namespace camnode;
using namespace camnode_test;

CAF_TEST_FIXTURE_SCOPE(frame_placing_tests, frame_intake_fixture)

CAF_TEST(frames of a legacy server have their receive time and say so) {
  learn_clock();
  auto& x = take(decoded(plain_jpeg()), 200 * s);
  CAF_CHECK_EQUAL(x.capture_mono_ns, 200 * s);
  CAF_CHECK_EQUAL(x.offset_ns, 0);
  CAF_CHECK_EQUAL(x.exposure_us, -1);
  CAF_CHECK_EQUAL(x.flags, uint32_t{frame::receive_time_only});
}

CAF_TEST(a captured time is placed by the clock that is known) {
  learn_clock();
  auto x = numbered(1);
  x.head.capture_mono_ns = 80 * s;
  auto& got = take(std::move(x), 110 * s + 50 * ms);
  CAF_CHECK_EQUAL(got.capture_mono_ns, 80 * s);
  CAF_CHECK(std::abs(got.offset_ns - 30 * s) < 1'000);
  // Half of 2 ms, and 10 s at 300 ppm.
  CAF_CHECK(got.offset_error_ns >= 4 * ms);
  CAF_CHECK(got.offset_error_ns < 5 * ms);
  CAF_CHECK_EQUAL(got.flags, 0u);
}

CAF_TEST(without a clock a captured time is of no use) {
  auto x = numbered(1);
  x.head.capture_mono_ns = 80 * s;
  auto& got = take(std::move(x), 110 * s);
  CAF_CHECK_EQUAL(got.capture_mono_ns, 110 * s);
  CAF_CHECK_EQUAL(got.flags, uint32_t{frame::receive_time_only});
}

CAF_TEST(a frame that claims to come from the future has its receive time) {
  learn_clock();
  int64_t sequence = 0;
  constexpr auto most = std::numeric_limits<int64_t>::max();
  constexpr auto least = std::numeric_limits<int64_t>::min();
  for (int64_t captured : {most, 70 * s + 5 * ms, int64_t{-1}, least}) {
    auto x = numbered(static_cast<uint64_t>(++sequence));
    x.head.capture_mono_ns = captured;
    auto& got = take(std::move(x), 100 * s + 2 * ms);
    CAF_CHECK_EQUAL(got.capture_mono_ns, 100 * s + 2 * ms);
    CAF_CHECK_EQUAL(got.offset_ns, 0);
    CAF_CHECK_EQUAL(got.flags, uint32_t{frame::receive_time_only});
  }
}

CAF_TEST(a frame as young as the clock allows keeps its captured time) {
  learn_clock();
  auto x = numbered(1);
  x.head.capture_mono_ns = 70 * s + 2 * ms + 500'000;
  auto& got = take(std::move(x), 100 * s + 2 * ms);
  CAF_CHECK_EQUAL(got.flags, 0u);
}

CAF_TEST(no frame is placed after its own arrival) {
  learn_clock();
  auto x = numbered(1);
  x.head.capture_mono_ns = 70 * s + 2 * ms + 500'000;
  auto& got = take(std::move(x), 100 * s + 2 * ms);
  CAF_CHECK_EQUAL(got.capture_mono_ns + got.offset_ns, 100 * s + 2 * ms);
}

CAF_TEST(a frame out of the ring is placed by the clock of its capture) {
  // The server's clock is 30 s behind, and 200 ppm slow.
  for (int64_t i = 0; i < 60; ++i) {
    auto server = 70 * s + i * (s - 200'000);
    intake.add_probe(
      {(100 + i) * s - 100'000, server, server, (100 + i) * s + 100'000});
  }
  auto x = numbered(1);
  x.head.capture_mono_ns = 70 * s + 10 * (s - 200'000);
  auto& got = take(std::move(x), 160 * s);
  auto off = std::abs(got.capture_mono_ns + got.offset_ns - 110 * s);
  CAF_CHECK(off <= got.offset_error_ns);
  CAF_CHECK(off < ms / 10);
  CAF_CHECK(got.offset_error_ns < ms);
}

CAF_TEST(another run of the server is not placed by the clock of the old one) {
  intake.add_probe(
    {100 * s, 70 * s + 1 * ms, 70 * s + 1 * ms, 100 * s + 2 * ms, 7});
  auto old_run = numbered(1, 7);
  old_run.head.capture_mono_ns = 80 * s;
  CAF_CHECK_EQUAL(take(std::move(old_run), 111 * s).flags, 0u);
  // It was booted anew: its clock begins with 0.
  auto early = numbered(1, 8);
  early.head.capture_mono_ns = 12 * s;
  CAF_CHECK_EQUAL(take(std::move(early), 130 * s).flags,
                  uint32_t{frame::receive_time_only});
  CAF_CHECK(intake.add_probe(
              {140 * s, 20 * s + 1 * ms, 20 * s + 1 * ms, 140 * s + 2 * ms, 8})
            == clock_offset::pace::hurried);
  CAF_CHECK_EQUAL(board->look().clock_restarts, 1u);
  auto next = numbered(2, 8);
  next.head.capture_mono_ns = 21 * s;
  auto& got = take(std::move(next), 142 * s);
  CAF_CHECK_EQUAL(got.flags, 0u);
  CAF_CHECK(std::abs(got.offset_ns - 120 * s) <= got.offset_error_ns);
  CAF_CHECK(got.offset_error_ns < 3 * ms);
}

CAF_TEST(a clock that is slewed is looked at more often until it is calm) {
  using pace = clock_offset::pace;
  auto look = [&](int64_t at, int64_t slewed_ns) {
    auto server = at - 30 * s - slewed_ns;
    return intake.add_probe({at - 100'000, server, server, at + 100'000});
  };
  for (int64_t i = 0; i < 20; ++i)
    CAF_CHECK(look((100 + i) * s, 0) == pace::calm);
  CAF_CHECK(look(120 * s, 5 * ms) == pace::hurried);
  CAF_CHECK(look(120 * s + 200 * ms, 6 * ms) == pace::brisk);
  CAF_CHECK_EQUAL(board->look().clock_restarts, 1u);
  auto now = 121 * s;
  while (now < 160 * s && look(now, 6 * ms) == pace::brisk)
    now += 200 * ms;
  CAF_CHECK(now > 130 * s);
  CAF_CHECK(now < 150 * s);
  CAF_CHECK_EQUAL(board->look().clock_restarts, 1u);
}

CAF_TEST(a run that is known by its frames alone takes any clock) {
  learn_clock(); // Of a server that does not say which run it is.
  auto x = numbered(1);
  x.head.capture_mono_ns = 80 * s;
  CAF_CHECK_EQUAL(take(std::move(x), 111 * s).flags, 0u);
}

CAF_TEST(the board shows what is known of the clock) {
  CAF_CHECK(!board->look().clocked);
  intake.add_probe({100 * s, 60 * s, 50 * s, 101 * s}); // No such exchange.
  CAF_CHECK(!board->look().clocked);
  learn_clock();
  CAF_CHECK(board->look().clocked);
  CAF_CHECK(std::abs(board->look().clock.offset_ns - 30 * s) < 1'000);
  CAF_CHECK_EQUAL(board->look().probed_ns, 100 * s + 2 * ms);
  CAF_CHECK_EQUAL(board->look().probes, 1u);
  CAF_CHECK_EQUAL(board->look().probes_refused, 1u);
  CAF_CHECK_EQUAL(board->look().clock_restarts, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
