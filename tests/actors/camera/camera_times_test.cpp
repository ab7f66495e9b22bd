#define CAF_SUITE camera_times

#include "tests/camnode_test.hpp"

#include "actors/camera/capture_gate.hpp"
#include "actors/camera/frame_limiter.hpp"
#include "actors/camera/missing_frames.hpp"
#include "actors/camera/sensor_clock.hpp"

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t frame_ns = 33'333'333;

/// How many of the frames in `seconds` are let through.
int admitted(double asked_fps, double camera_fps, int64_t jitter_ns,
             int seconds) {
  frame_limiter testee{asked_fps};
  int result = 0;
  uint32_t random = 7;
  auto frames = static_cast<int>(camera_fps * seconds);
  for (int i = 1; i <= frames; ++i) {
    random = random * 1664525 + 1013904223;
    auto off = static_cast<int64_t>(random >> 8) % (2 * jitter_ns + 1)
               - jitter_ns;
    result += testee.admit(static_cast<int64_t>(i * 1e9 / camera_fps) + off
                           + 1'000'000'000);
  }
  return result;
}

/// -1 for what is no time.
int64_t placed(int64_t stamp_ns, const clock_reading& now) {
  return on_capture_clock(stamp_ns, now).value_or(-1);
}

} // namespace

CAF_TEST(a camera that keeps to the rate loses no frame) {
  CAF_CHECK_EQUAL(admitted(30, 30, 0, 100), 3000);
  CAF_CHECK_EQUAL(admitted(30, 30.3, 0, 100), 3030);
  CAF_CHECK_EQUAL(admitted(30, 30, 10 * ms, 100), 3000);
  CAF_CHECK_EQUAL(admitted(30, 15, 5 * ms, 100), 1500);
}

CAF_TEST(a camera that is too fast is brought down to the rate) {
  for (double camera_fps : {33.0, 45.0, 60.0, 170.0, 800.0}) {
    auto n = admitted(30, camera_fps, 0, 100);
    if (n < 3000 || n > 3065)
      CAF_ERROR(n << " frames of 3000 from a camera of " << camera_fps);
  }
}

CAF_TEST(every second frame of one that is twice as fast is taken) {
  frame_limiter testee{30};
  std::string taken;
  for (int i = 1; i <= 20; ++i)
    taken += testee.admit(i * frame_ns / 2) ? 'x' : '.';
  // The first ones come at once, as credit for the start.
  CAF_CHECK_EQUAL(taken, "xxx.x.x.x.x.x.x.x.x.");
}

CAF_TEST(frames that are late or early are not missing) {
  missing_frames testee{frame_ns};
  CAF_CHECK_EQUAL(testee.before(1000 * ms, 0, {}), 0u);
  CAF_CHECK_EQUAL(testee.before(1050 * ms, 0, {}), 0u);
  CAF_CHECK_EQUAL(testee.before(1066 * ms, 0, {}), 0u);
  CAF_CHECK_EQUAL(testee.before(1066 * ms, 0, {}), 0u);
  CAF_CHECK_EQUAL(testee.before(1060 * ms, 0, {}), 0u);
}

CAF_TEST(a hole in time is as many frames as fit it) {
  missing_frames testee{frame_ns};
  testee.before(1000 * ms, 0, {});
  CAF_CHECK_EQUAL(testee.before(1067 * ms, 0, {}), 1u);
  CAF_CHECK_EQUAL(testee.before(1200 * ms, 0, {}), 3u);
  CAF_CHECK_EQUAL(testee.before(2200 * ms, 0, {}), 29u);
}

CAF_TEST(a hole that only a wrong clock has is of no frames) {
  missing_frames testee{frame_ns};
  testee.before(1000 * ms, 0, {});
  CAF_CHECK_EQUAL(testee.before(86'402'000 * ms, 0, {}), 0u);
  CAF_CHECK_EQUAL(testee.before(86'402'067 * ms, 0, {}), 1u);
}

CAF_TEST(what the camera says that a frame takes counts if it is longer) {
  missing_frames testee{frame_ns};
  testee.before(1000 * ms, 0, {});
  CAF_CHECK_EQUAL(testee.before(1100 * ms, 100 * ms, {}), 0u);
  CAF_CHECK_EQUAL(testee.before(1300 * ms, 100 * ms, {}), 1u);
  // A camera that cannot be as slow as asked drops what nobody asked for.
  CAF_CHECK_EQUAL(testee.before(1340 * ms, 10 * ms, {}), 0u);
}

CAF_TEST(a camera that slows down in the dark drops nothing for long) {
  missing_frames testee{frame_ns};
  uint64_t missing = 0;
  for (int i = 1; i <= 100; ++i)
    missing += testee.before(i * 100 * ms, 0, {});
  // Until it is clear that this is how the camera is now.
  CAF_CHECK(missing <= 9 * 2);
  // A real hole still is one.
  CAF_CHECK_EQUAL(testee.before(10'300 * ms, 0, {}), 2u);
}

CAF_TEST(a camera that waits for a trigger drops nothing while it rests) {
  missing_frames testee{frame_ns};
  missing_frames telling{frame_ns};
  uint64_t missing = 0;
  uint64_t told_missing = 0;
  int64_t now_ns = 1000 * ms;
  auto burst = [&] {
    for (int i = 0; i < 10; ++i, now_ns += frame_ns) {
      missing += testee.before(now_ns, 0, {});
      told_missing += telling.before(now_ns, frame_ns, {});
    }
    now_ns += 3000 * ms;
  };
  while (now_ns < 13'000 * ms) // Until its rests are known.
    burst();
  missing = told_missing = 0;
  for (int i = 0; i < 10; ++i)
    burst();
  CAF_CHECK_EQUAL(missing, 0u);
  // Frames that say what they take have no rests between them.
  CAF_CHECK_EQUAL(told_missing, 10u * 90);
  // A hole in a burst is one.
  testee.before(now_ns, 0, {});
  CAF_CHECK_EQUAL(testee.before(now_ns + 2 * frame_ns, 0, {}), 1u);
}

CAF_TEST(a camera that never rested drops what is missing) {
  missing_frames testee{frame_ns};
  int64_t now_ns = 1000 * ms;
  for (int i = 0; i < 600; ++i, now_ns += frame_ns)
    CAF_CHECK_EQUAL(testee.before(now_ns, 0, {}), 0u);
  CAF_CHECK_EQUAL(testee.before(now_ns + 30 * frame_ns, 0, {}), 30u);
}

CAF_TEST(a driver that counted on without a hole says that a frame took long) {
  missing_frames testee{frame_ns};
  testee.before(1000 * ms, 0, 7);
  CAF_CHECK_EQUAL(testee.before(1100 * ms, 0, 8), 0u);
  CAF_CHECK_EQUAL(testee.before(1200 * ms, 0, 10), 1u);
  CAF_CHECK_EQUAL(testee.before(1300 * ms, 0, 13), 2u);
  // Without a hole in time, and with counts that stand still or start again,
  // the times alone count.
  CAF_CHECK_EQUAL(testee.before(1333 * ms, 0, 20), 0u);
  CAF_CHECK_EQUAL(testee.before(1433 * ms, 0, 20), 2u);
  CAF_CHECK_EQUAL(testee.before(1533 * ms, 0, 1), 2u);
}

CAF_TEST(a broken frame is missing once) {
  for (bool numbered : {false, true}) {
    capture_gate testee{30};
    uint64_t missing = 0;
    int passed = 0;
    for (uint32_t i = 1; i <= 100; ++i) {
      completed_frame x;
      x.good = i % 10 != 5 && i % 10 != 6;
      x.capture_ns = 1'000 * ms + i * frame_ns;
      if (numbered)
        x.number = i;
      auto found = testee.take(x);
      CAF_CHECK(x.good || !found.pass);
      missing += found.missing;
      passed += found.pass;
    }
    CAF_CHECK_EQUAL(missing, 20u);
    CAF_CHECK_EQUAL(passed, 80);
  }
}

CAF_TEST(times of a broken frame are of no matter) {
  capture_gate testee{30};
  CAF_CHECK(testee.take({true, 1'000 * ms, 0, 1}).pass);
  CAF_CHECK(!testee.take({false, 900'000 * ms, 0, 77}).pass);
  auto found = testee.take({true, 1'000 * ms + 2 * frame_ns, 0, 3});
  CAF_CHECK(found.pass);
  CAF_CHECK_EQUAL(found.missing, 1u);
}

CAF_TEST(time stamps are placed on the capture clock) {
  constexpr int64_t slept = 3600'000 * ms;
  clock_reading now{slept + 50'000 * ms, 50'000 * ms};
  clock_reading napped{53'000 * ms, 50'000 * ms};
  for (auto& x : {now, napped}) {
    CAF_CHECK_EQUAL(placed(x.boot_ns - 40 * ms, x), x.boot_ns - 40 * ms);
    CAF_CHECK_EQUAL(placed(x.monotonic_ns - 40 * ms, x), x.boot_ns - 40 * ms);
  }
  // A machine that has never slept.
  clock_reading awake{50'000 * ms, 50'000 * ms - 200};
  CAF_CHECK_EQUAL(placed(49'960 * ms, awake), 49'960 * ms);
  // As documented, as some drivers do, and as some drivers do not.
  CAF_CHECK_EQUAL(placed(now.boot_ns - 40 * ms, now), now.boot_ns - 40 * ms);
  CAF_CHECK_EQUAL(placed(now.monotonic_ns - 40 * ms, now),
                  now.boot_ns - 40 * ms);
  for (int64_t x : {int64_t{0}, int64_t{-1}, int64_t{77}, now.boot_ns + ms,
                    now.boot_ns - 10'000 * ms, INT64_MIN, INT64_MAX})
    CAF_CHECK(!on_capture_clock(x, now));
}
