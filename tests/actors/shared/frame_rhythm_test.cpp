#define CAF_SUITE frame_rhythm
#include "tests/camnode_test.hpp"

#include "actors/shared/frame_rhythm.hpp"

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1000 * ms;

struct fixture {
  frame_rhythm testee;
  int64_t now = 1000 * s;

  /// Takes frames that are `interval` apart for `span`.
  void run(int64_t span, int64_t interval) {
    for (int64_t i = 0; i < span / interval; ++i)
      testee.take(now += interval);
  }

  void rest(int64_t span) {
    now += span;
  }
};

} // namespace

CAF_TEST(nothing is known of a camera that has shown nothing) {
  fixture f;
  CAF_CHECK(!f.testee.is_known());
  CAF_CHECK_EQUAL(f.testee.usual_ns(), 0);
  CAF_CHECK_EQUAL(f.testee.rate_mhz(), 0u);
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 10 * s);
  f.testee.take(f.now);
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 10 * s);
  CAF_CHECK_EQUAL((frame_rhythm{25 * s}.patience_ns()), 25 * s);
}

CAF_TEST(a steady camera that falls silent is not waited for) {
  fixture f;
  f.run(11 * s, 33 * ms);
  CAF_CHECK(f.testee.is_known());
  CAF_CHECK(f.testee.is_steady());
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 2 * s);
  CAF_CHECK_EQUAL(f.testee.rate_mhz(), 30'300u);
}

CAF_TEST(a slow camera is given the time that it takes) {
  fixture f;
  f.run(9 * s, 3 * s);
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 10 * s);
  f.run(30 * s, 3 * s);
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 9 * s);
  CAF_CHECK_EQUAL(f.testee.rate_mhz(), 333u);
  CAF_CHECK(f.testee.is_steady());
}

CAF_TEST(rests are part of what a camera does) {
  fixture f;
  for (int i = 0; i < 10; ++i) {
    f.run(2 * s, 100 * ms);
    CAF_CHECK(f.testee.patience_ns() >= 10 * s);
    f.rest(5 * s);
  }
  CAF_CHECK(f.testee.is_known());
  CAF_CHECK(!f.testee.is_steady());
  CAF_CHECK_EQUAL(f.testee.longest_ns(), 5'100 * ms);
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 15'300 * ms);
  CAF_CHECK_EQUAL(f.testee.usual_ns(), 100 * ms);
  CAF_CHECK_EQUAL(f.testee.rate_mhz(), 10'000u);
}

CAF_TEST(a hiccup makes no other camera) {
  fixture f;
  f.run(20 * s, 40 * ms);
  f.rest(500 * ms);
  f.run(20 * s, 40 * ms);
  CAF_CHECK(f.testee.is_steady());
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 2 * s);
}

CAF_TEST(a camera that slows down is known by its last few frames) {
  fixture f;
  f.testee.take(f.now);
  f.run(8 * 40 * ms, 40 * ms);
  CAF_CHECK_EQUAL(f.testee.recent_ns(), 0);
  f.run(20 * s, 40 * ms);
  CAF_CHECK_EQUAL(f.testee.recent_ns(), 40 * ms);
  f.run(500 * ms, 100 * ms);
  CAF_CHECK_EQUAL(f.testee.recent_ns(), 100 * ms);
  CAF_CHECK_EQUAL(f.testee.usual_ns(), 40 * ms);
}

CAF_TEST(what was long ago is forgotten) {
  fixture f;
  f.run(20 * s, 40 * ms);
  f.rest(20 * s);
  f.run(20 * s, 40 * ms);
  CAF_CHECK(f.testee.patience_ns() > 60 * s);
  f.run(700 * s, 40 * ms);
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 2 * s);
}

CAF_TEST(a camera that was ended while it rested is given more time) {
  fixture f;
  f.run(20 * s, 40 * ms);
  f.testee.take_silence(2 * s);
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 6 * s);
  for (int i = 0; i < 9; ++i)
    f.testee.take_silence(f.testee.patience_ns());
  CAF_CHECK_EQUAL(f.testee.patience_ns(), 30 * s);
}

CAF_TEST(time that is not that of the camera does not count) {
  fixture f;
  f.run(20 * s, 40 * ms);
  f.testee.interrupt();
  f.rest(50 * s);
  f.run(1 * s, 40 * ms);
  CAF_CHECK_EQUAL(f.testee.longest_ns(), 40 * ms);
  // A clock that goes back, or is set by years.
  f.testee.take(1);
  f.testee.take(int64_t{1} << 62);
  CAF_CHECK_EQUAL(f.testee.longest_ns(), 40 * ms);
}
