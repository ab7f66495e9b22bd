#define CAF_SUITE clock_age
#include "tests/camnode_test.hpp"

#include "actors/shared/clock_age.hpp"
#include "actors/viewer/clock_offset.hpp"

#include <cstdlib>

using namespace camnode;

namespace {

constexpr int64_t us = 1'000;
constexpr int64_t ms = 1'000 * us;
constexpr int64_t s = 1'000 * ms;

viewer_figures looked_at(int64_t probed_ns) {
  viewer_figures x;
  x.clocked = true;
  x.clock = {-5 * s, 100 * us};
  x.drift_ppb = 40'000;
  x.drift_error_ppb = 2'000;
  x.probed_ns = probed_ns;
  return x;
}

} // namespace

CAF_TEST(an offset drifts on and its error grows with its age) {
  auto x = looked_at(100 * s);
  CAF_CHECK_EQUAL(clock_at(x, 100 * s).offset_ns, -5 * s);
  CAF_CHECK_EQUAL(clock_at(x, 100 * s).error_ns, 100 * us);
  CAF_CHECK_EQUAL(clock_at(x, 110 * s).offset_ns, -5 * s + 400 * us);
  // 10 s at 2 ppm, and half of 10 s at what the rate changes.
  CAF_CHECK_EQUAL(clock_at(x, 110 * s).error_ns, 121 * us);
}

CAF_TEST(an offset whose drift is not known is off by what crystals are) {
  auto x = looked_at(100 * s);
  x.drift_ppb = 0;
  x.drift_error_ppb = 0;
  CAF_CHECK_EQUAL(clock_at(x, 110 * s).error_ns, 3100 * us);
}

CAF_TEST(an offset of unknown age stays as it is) {
  auto x = looked_at(0);
  CAF_CHECK_EQUAL(clock_at(x, 110 * s).error_ns, 100 * us);
  CAF_CHECK_EQUAL(clock_at(x, 110 * s).offset_ns, -5 * s);
}

CAF_TEST(what is shown is what frames are placed with) {
  clock_offset clock;
  for (int64_t i = 0; i < 60; ++i) {
    auto there = 70 * s + i * (s - 150 * us);
    clock.add({(100 + i) * s - 90 * us, there, there, (100 + i) * s + 90 * us});
  }
  viewer_figures x;
  x.probed_ns = 159 * s + 90 * us;
  x.clock = *clock.at(x.probed_ns);
  x.drift_ppb = clock.drift()->ppb;
  x.drift_error_ppb = clock.drift()->error_ppb;
  for (int64_t age : {s, 10 * s, 60 * s}) {
    auto shown = clock_at(x, x.probed_ns + age);
    auto used = *clock.at(x.probed_ns + age);
    CAF_CHECK(std::abs(shown.offset_ns - used.offset_ns) < 1 * us);
    CAF_CHECK(std::abs(shown.error_ns - used.error_ns) < 1 * us);
  }
}
