#define CAF_SUITE clock_simulation
#include "tests/camnode_test.hpp"

#include "tests/actors/viewer/clock_server.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

using namespace camnode;
using namespace camnode_test;

namespace {

/// What a run of the estimator came to.
struct outcome {
  uint64_t looks = 0;
  uint64_t blind = 0; ///< Looks after a step before the next exchange, when
                      ///< nobody can know; not in what follows.
  uint64_t beyond_bound = 0; ///< Where the truth was not within the error.
  uint64_t beyond_ms = 0;    ///< Where it was off by more than 1 ms.
  uint64_t backwards = 0;    ///< Mapped before an earlier frame.
  int64_t worst_ns = 0;
};

/// How a network and a server behave, in a simulation without steps of time.
struct behaviour {
  int64_t offset_ns = 0;
  double drift_ppm = 0;
  double wander_ppm = 0;       ///< The drift swings by this, once an hour.
  int64_t jitter_there_ns = 0; ///< Added to the least way, at most.
  int64_t jitter_back_ns = 0;
  int64_t outlier_per_mille = 0; ///< Ways with 200 ms more.
  int64_t step_every_s = 0;      ///< By 3 s, forth and back.
  int64_t suspend_every_s = 0;   ///< The server is silent for 30 s.
};

/// Asks once a second, as the prober does, for `hours`; frames come 5 times a
/// second in between.
outcome simulate(const behaviour& x, int64_t hours, uint32_t seed) {
  std::mt19937_64 random{seed};
  auto between = [&](int64_t a, int64_t b) {
    return a
           + static_cast<int64_t>(random() % static_cast<uint64_t>(b - a + 1));
  };
  auto way = [&](int64_t jitter) {
    auto result = 150 * us + between(0, jitter);
    return between(0, 999) < x.outlier_per_mille ? result + 200 * ms : result;
  };
  int64_t steps_ns = 0;
  constexpr double turn = 2 * 3.14159265358979 / 3600e9; // Once an hour.
  auto offset_at = [&](int64_t t) {
    auto since = static_cast<double>(t);
    auto drift = x.drift_ppm * 1e-6 * since;
    auto swing = x.wander_ppm * 1e-6 / turn * (1 - std::cos(turn * since));
    return x.offset_ns + steps_ns + static_cast<int64_t>(drift + swing);
  };
  auto clock = [&](int64_t t) { return t - offset_at(t); };
  clock_offset testee;
  outcome result;
  auto start = 30'000 * s;
  int64_t last_ns = 0;
  auto ask = [&](int64_t now) {
    auto there = way(x.jitter_there_ns);
    auto inside = between(5 * us, 60 * us);
    auto back = way(x.jitter_back_ns);
    clock_probe probe;
    probe.asked_ns = start + now;
    probe.received_ns = start + clock(now + there);
    probe.sent_ns = start + clock(now + there + inside);
    probe.answered_ns = start + now + there + inside + back;
    testee.add(probe);
    return there + inside + back;
  };
  for (int i = 0; i < 8; ++i)
    ask(i * 500 * ms); // Quick ones, though not as quick as they are.
  for (int64_t i = 5; i < hours * 3600; ++i) {
    auto silent = x.suspend_every_s != 0 && i % x.suspend_every_s < 30;
    auto took = silent ? 0 : ask(i * s);
    auto steps = x.step_every_s != 0 && i % x.step_every_s == 100;
    if (steps)
      steps_ns = steps_ns == 0 ? 3 * s : 0;
    for (int64_t later = took; later < s; later += 200 * ms) {
      auto now = i * s + later;
      auto found = testee.at(start + now);
      auto off = std::abs(found->offset_ns - offset_at(now));
      ++result.looks;
      if (steps) {
        ++result.blind;
      } else {
        result.beyond_bound += off > found->error_ns;
        result.beyond_ms += off > 1 * ms;
        result.worst_ns = std::max(result.worst_ns, off);
      }
      auto stamp = start + clock(now - 1 * ms);
      auto mapped = stamp + testee.map(stamp, start + now)->offset_ns;
      result.backwards += mapped < last_ns;
      last_ns = mapped;
    }
  }
  return result;
}

/// @returns Whether the truth was within the bound in all looks but the blind
///          ones, which are 0.1 % at most, and within 1 ms in 99 %.
bool good(const outcome& x) {
  CAF_MESSAGE(x.looks << " looks, " << x.blind << " blind: beyond the bound "
                      << x.beyond_bound << ", beyond 1 ms " << x.beyond_ms
                      << ", worst " << x.worst_ns / 1000 << " us");
  return x.looks > 0 && x.blind * 1000 <= x.looks && x.beyond_bound == 0
         && x.beyond_ms * 100 <= x.looks && x.backwards == 0;
}

} // namespace

CAF_TEST(a quiet network gives the offset to the microsecond) {
  behaviour x;
  x.offset_ns = 7 * 3600 * s;
  x.drift_ppm = 30;
  auto found = simulate(x, 1, 1);
  CAF_CHECK(good(found));
  CAF_CHECK(found.worst_ns < 100 * us);
}

CAF_TEST(hours of offset and any drift are no matter) {
  for (int64_t hours_off : {-5, 8})
    for (double drift : {-200.0, 200.0}) {
      behaviour x;
      x.offset_ns = hours_off * 3600 * s;
      x.drift_ppm = drift;
      x.jitter_there_ns = 500 * us;
      x.jitter_back_ns = 500 * us;
      CAF_CHECK(good(simulate(x, 1, 2)));
    }
}

CAF_TEST(jitter in one direction is within the bound) {
  for (bool there : {false, true}) {
    behaviour x;
    x.drift_ppm = -55;
    (there ? x.jitter_there_ns : x.jitter_back_ns) = 5 * ms;
    CAF_CHECK(good(simulate(x, 1, 3)));
  }
}

CAF_TEST(a drift that swings with the temperature is followed) {
  behaviour x;
  x.drift_ppm = 40;
  x.wander_ppm = 5;
  x.jitter_there_ns = 1 * ms;
  x.jitter_back_ns = 1 * ms;
  CAF_CHECK(good(simulate(x, 2, 4)));
}

CAF_TEST(steps of three seconds both ways are found at once) {
  behaviour x;
  x.drift_ppm = 100;
  x.jitter_there_ns = 5 * ms;
  x.step_every_s = 1200;
  CAF_CHECK(good(simulate(x, 2, 5)));
}

CAF_TEST(a server that is suspended is known within the bound) {
  behaviour x;
  x.drift_ppm = -120;
  x.jitter_back_ns = 2 * ms;
  x.suspend_every_s = 300;
  CAF_CHECK(good(simulate(x, 1, 6)));
}

CAF_TEST(a day of all of it together is within the bound) {
  behaviour x;
  x.offset_ns = -3 * 3600 * s;
  x.drift_ppm = 180;
  x.wander_ppm = 2;
  x.jitter_there_ns = 5 * ms;
  x.jitter_back_ns = 300 * us;
  x.outlier_per_mille = 10;
  x.step_every_s = 7200;
  x.suspend_every_s = 600;
  CAF_CHECK(good(simulate(x, 24, 7)));
}
