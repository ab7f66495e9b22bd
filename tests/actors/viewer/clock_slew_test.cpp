#define CAF_SUITE clock_slew
#include "tests/camnode_test.hpp"

#include "tests/actors/viewer/clock_server.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

using namespace camnode;
using namespace camnode_test;

namespace {

/// How a time daemon moves a clock, from `begin_s` on for `long_s`.
struct slew {
  /// How far it has come at `t`, in ns.
  double at(int64_t t) const {
    double result = 0;
    auto rate = rate_ppm * 1e-6;
    for (int64_t i = 0; i < long_s; ++i, rate *= fades) {
      auto part = std::clamp<int64_t>(t - (begin_s + i) * s, 0, s);
      result += rate * static_cast<double>(part);
    }
    return result;
  }

  double rate_ppm;
  double fades = 1; ///< What is left of the rate in the next second.
  int64_t long_s = 20;
  int64_t begin_s = 100;
};

/// What became of frames while a clock was slewed.
struct slewed_outcome {
  int64_t found_after_ns = -1;  ///< From the begin of the slew.
  int64_t calm_after_ns = -1;   ///< From its end.
  int64_t worst_blind_ns = 0;   ///< Beyond the bound until it was found,
  int64_t worst_over_ns = -1;   ///< and from then on.
  int64_t largest_bound_ns = 0; ///< From 2 s after it was found.
  int64_t last_bound_ns = 0;
  uint64_t backwards = 0;
};

/// Frames are mapped each 40 ms, 30 ms after their capture; exchanges come as
/// often as the estimator asks for them.
slewed_outcome follow(const slew& x, int64_t jitter_ns, uint32_t seed) {
  std::mt19937_64 random{seed};
  auto way = [&](int64_t jitter) {
    return 150 * us
           + static_cast<int64_t>(random() % static_cast<uint64_t>(jitter));
  };
  constexpr int64_t start = 30'000 * s;
  auto offset_at = [&](int64_t t) {
    auto moved = 30e-6 * static_cast<double>(t) + x.at(t);
    return 500 * s + static_cast<int64_t>(moved);
  };
  auto clock = [&](int64_t t) { return start + t - offset_at(t); };
  clock_offset testee;
  slewed_outcome result;
  auto begin = x.begin_s * s;
  auto end = begin + x.long_s * s;
  int64_t last_ns = 0;
  int64_t ask = 0;
  unsigned quick = 8;
  for (int64_t frame = 6 * s; frame < end + 60 * s; frame += 40 * ms) {
    for (; ask < frame;) {
      auto there = ask + way(jitter_ns);
      auto back = there + 20 * us + way(300 * us);
      auto told = testee.add(
        {start + ask, clock(there), clock(there + 20 * us), start + back});
      quick = told == clock_offset::verdict::restarted ? 8
              : quick > 0                              ? quick - 1
                                                       : 0;
      ask = back + (quick > 0 ? 0 : testee.slewed() ? 200 * ms : s);
      if (testee.slewed() && result.found_after_ns < 0)
        result.found_after_ns = back - begin;
      if (!testee.slewed() && back > end && result.calm_after_ns < 0)
        result.calm_after_ns = back - end;
    }
    auto captured = frame - 30 * ms;
    auto found = testee.map(clock(captured), start + frame);
    auto mapped = clock(captured) + found->offset_ns;
    auto over = std::abs(mapped - (start + captured)) - found->error_ns;
    auto& worst = result.found_after_ns < 0 ? result.worst_blind_ns
                                            : result.worst_over_ns;
    worst = std::max(worst, over);
    if (result.found_after_ns >= 0
        && captured > begin + result.found_after_ns + 2 * s)
      result.largest_bound_ns = std::max(result.largest_bound_ns,
                                         found->error_ns);
    result.last_bound_ns = found->error_ns;
    result.backwards += mapped < last_ns;
    last_ns = mapped;
  }
  CAF_MESSAGE(x.rate_ppm << " ppm, jitter " << jitter_ns / us << " us: found "
                         << "after " << result.found_after_ns / ms
                         << " ms, calm after " << result.calm_after_ns / ms
                         << " ms; beyond the bound: until then "
                         << result.worst_blind_ns / us << " us, later "
                         << result.worst_over_ns / us << " us; bound "
                         << result.largest_bound_ns / us << " us, at last "
                         << result.last_bound_ns / us << " us");
  return result;
}

} // namespace

CAF_TEST(a clock that is slewed is within the bound from when it is found) {
  for (double ppm : {500.0, 1000.0, 5'000.0, 83'333.0})
    for (double sign : {-1.0, 1.0})
      for (double fades : {1.0, 0.85}) {
        auto found = follow({sign * ppm, fades}, 300 * us, 11);
        CAF_CHECK(found.found_after_ns >= 0);
        CAF_CHECK(found.found_after_ns < 3 * s);
        CAF_CHECK(found.worst_over_ns <= 0);
        CAF_CHECK(found.worst_blind_ns
                  <= std::llround(ppm * 1e-6 * static_cast<double>(3 * s)));
        CAF_CHECK(found.largest_bound_ns
                  < std::llround(ppm * 1e-6 * 900e6) + 1 * ms);
        CAF_CHECK(found.calm_after_ns >= 0);
        CAF_CHECK(found.calm_after_ns < 30 * s);
        CAF_CHECK(found.last_bound_ns < 500 * us);
        CAF_CHECK_EQUAL(found.backwards, 0u);
      }
}

CAF_TEST(a slewed clock on a network with jitter is within the bound) {
  for (double ppm : {-5'000.0, 5'000.0})
    for (uint32_t seed = 1; seed <= 3; ++seed) {
      auto found = follow({ppm}, 5 * ms, seed);
      CAF_CHECK(found.found_after_ns >= 0);
      CAF_CHECK(found.worst_over_ns <= 0);
      CAF_CHECK(found.last_bound_ns < 2 * ms);
      CAF_CHECK_EQUAL(found.backwards, 0u);
    }
}

CAF_TEST(frames from while a clock was slewed are between what was seen) {
  // By 40 ms, within the time when nobody could ask.
  server before{100 * s};
  server after{100 * s + 40 * ms};
  clock_offset x;
  for (int64_t i = 0; i < 30; ++i)
    x.add(before.probe((500 + i) * s, 100 * us, 0, 100 * us));
  CAF_CHECK(x.add(after.probe(560 * s, 100 * us, 0, 100 * us))
            == clock_offset::verdict::restarted);
  CAF_CHECK(x.slewed());
  for (int64_t t = 530 * s; t < 560 * s; t += s)
    for (int64_t truth : {before.offset_ns, after.offset_ns}) {
      auto found = x.at(t);
      CAF_CHECK(std::abs(found->offset_ns - truth) <= found->error_ns);
      CAF_CHECK(found->error_ns < 50 * ms);
    }
}

CAF_TEST(what was stamped before a step may be off by all of it) {
  server before{100 * s};
  server after{103 * s};
  clock_offset x;
  x.add(before.probe(500 * s, 100 * us, 0, 100 * us));
  x.add(after.probe(501 * s, 100 * us, 0, 100 * us));
  auto stamp = before.clock(490 * s);
  auto found = x.map(stamp, 501 * s + ms);
  CAF_CHECK(std::abs(stamp + found->offset_ns - 490 * s) <= found->error_ns);
  auto next = after.clock(501 * s + ms);
  CAF_CHECK(x.map(next, 501 * s + 2 * ms)->error_ns < 20 * s);
  CAF_CHECK(x.at(501 * s + 2 * ms)->error_ns < ms);
}
