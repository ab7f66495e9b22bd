#define CAF_SUITE clock_late_frames
#include "tests/camnode_test.hpp"

#include "tests/actors/viewer/clock_server.hpp"

#include <cmath>
#include <cstdlib>
#include <random>

using namespace camnode;
using namespace camnode_test;

namespace {

/// A server whose clock drifts, at a rate that changes with the temperature as
/// fast as is allowed for, half of the time.
struct warming_server {
  int64_t offset_at(int64_t t) const {
    constexpr double turn = 2 * 3.14159265358979 / 3600e9; // Once an hour.
    auto since = static_cast<double>(t - 50'000 * s);
    auto swing = 5e-6 / turn * (1 - std::cos(turn * since));
    return -40'000 * s + std::llround(drift_ppm * 1e-6 * since + swing);
  }

  int64_t clock(int64_t client_ns) const {
    return client_ns - offset_at(client_ns);
  }

  double drift_ppm;
};

/// Asks `n` times, each `apart_ns` after the last one.
/// @returns When the last answer came.
int64_t ask_often(clock_offset& x, const warming_server& to, int64_t start_ns,
                  int n, int64_t apart_ns, std::mt19937_64& random) {
  auto way = [&] { return 120 * us + static_cast<int64_t>(random() % ms); };
  int64_t now = start_ns;
  for (int i = 0; i < n; ++i) {
    auto asked = start_ns + i * apart_ns;
    auto there = asked + way();
    now = there + 30 * us + way();
    x.add({asked, to.clock(there), to.clock(there + 30 * us), now});
  }
  return now;
}

/// What becomes of frames that come `age_ns` after their capture.
struct aged {
  int64_t worst_over_ns; ///< By how much the truth is beyond the bound.
  int64_t bound_ns;
};

aged map_aged(clock_offset x, const warming_server& to, int64_t now_ns,
              int64_t age_ns) {
  auto stamp = to.clock(now_ns - age_ns);
  auto found = x.map(stamp, now_ns);
  CAF_REQUIRE(found);
  auto off = std::abs(stamp + found->offset_ns - (now_ns - age_ns));
  return {off - found->error_ns, found->error_ns};
}

} // namespace

CAF_TEST(a frame that comes late is where it was captured) {
  std::mt19937_64 random{8};
  for (double drift : {-200.0, -50.0, 0.0, 50.0, 200.0})
    for (int probes : {1, 8, 60}) {
      warming_server to{drift};
      clock_offset x;
      auto apart = probes == 60 ? 1 * s : 2 * ms;
      auto now = ask_often(x, to, 50'000 * s, probes, apart, random);
      int64_t bound_before = 0;
      for (int64_t age : {int64_t{0}, 10 * s, 60 * s, 600 * s}) {
        auto found = map_aged(x, to, now + 1 * ms, age);
        CAF_CHECK(found.worst_over_ns <= 0);
        // It claims no more than it can know, nor much less.
        CAF_CHECK(age > 60 * s || probes < 60 || found.bound_ns < 1 * ms);
        CAF_CHECK(probes == 60 || found.bound_ns >= bound_before);
        CAF_CHECK(found.bound_ns < 2 * ms + age / 1'000'000 * 310);
        bound_before = found.bound_ns;
      }
    }
}

CAF_TEST(a frame from between exchanges is known by both sides) {
  std::mt19937_64 random{9};
  for (double drift : {-200.0, 0.0, 200.0})
    for (int64_t silent : {10 * s, 60 * s, 600 * s}) {
      warming_server to{drift};
      clock_offset x;
      auto lost = ask_often(x, to, 50'000 * s, 60, 1 * s, random);
      auto now = ask_often(x, to, lost + silent, 8, 2 * ms, random);
      for (int64_t part = 0; part <= 20; ++part) {
        auto age = (now - lost) / 20 * part;
        auto found = map_aged(x, to, now, age);
        CAF_CHECK(found.worst_over_ns <= 0);
        CAF_CHECK(found.bound_ns < (silent > 60 * s ? 8 * ms : 1 * ms));
      }
    }
}
