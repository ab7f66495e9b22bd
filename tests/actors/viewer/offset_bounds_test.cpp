#define CAF_SUITE offset_bounds
#include "tests/camnode_test.hpp"

#include "actors/viewer/offset_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace camnode;

namespace {

constexpr int64_t us = 1'000;
constexpr int64_t ms = 1'000 * us;
constexpr int64_t s = 1'000 * ms;

/// An exchange at `at` whose ways took this long, with a clock that is off by
/// `offset`.
offset_proof proof(int64_t at, int64_t offset, int64_t there, int64_t back) {
  return {at - there, offset - there, at + back, offset + back};
}

struct point {
  double x;
  double y;
};

double bend(double dx) {
  return max_wander_ppb_per_s * 1e-18 * dx * dx / 2 + 3;
}

/// The highest line below all points at `t`, by trying many rates.
double highest(const std::vector<point>& uppers, double least, double most,
               double t) {
  double result = -HUGE_VAL;
  for (int i = 0; i <= 20'000; ++i) {
    auto rate = least + (most - least) * i / 20'000;
    double lowest = HUGE_VAL;
    for (auto& p : uppers)
      lowest = std::min(lowest, p.y + bend(p.x) + rate * (t - p.x));
    result = std::max(result, lowest);
  }
  result += bend(t);
  for (auto& p : uppers)
    result = std::min(result,
                      p.y + offset_bounds::max_rate * std::abs(t - p.x) + 3);
  return result;
}

} // namespace

CAF_TEST(lines reach as high and as low as any line that fits) {
  std::mt19937_64 random{3};
  auto way = [&] {
    return 50 * us + static_cast<int64_t>(random() % (2 * ms));
  };
  for (int round = 0; round < 12; ++round) {
    offset_bounds x;
    std::vector<offset_proof> proofs;
    for (int64_t i = 0; i < 30; ++i) {
      auto at = 5'000 * s + i * s + static_cast<int64_t>(random() % s);
      proofs.push_back(proof(at, 7 * s + i * (20 - round) * us, way(), way()));
      x.add(proofs.back());
    }
    CAF_REQUIRE_EQUAL(x.agreeing(), 30u);
    auto origin = x.newest().answered_ns;
    std::vector<point> uppers;
    std::vector<point> lowers;
    for (auto& y : proofs) {
      uppers.push_back({static_cast<double>(y.answered_ns - origin),
                        static_cast<double>(y.most_ns - x.origin_offset_ns())});
      lowers.push_back(
        {static_cast<double>(y.asked_ns - origin),
         static_cast<double>(x.origin_offset_ns() - y.least_ns)});
    }
    auto& rates = x.rates();
    for (double t : {-60e9, -29e9, -17.3e9, -8e9, -0.5e9, 0.0, 1e9, 30e9}) {
      auto found = x.by_lines(t);
      auto most = highest(uppers, rates.least, rates.most, t);
      auto least = -highest(lowers, -rates.most, -rates.least, t);
      // Never tighter than it may be, and no wider than the rates tried tell.
      CAF_CHECK(found.most >= most - 0.01);
      CAF_CHECK(found.most < most + 100);
      CAF_CHECK(found.least <= least + 0.01);
      CAF_CHECK(found.least > least - 100);
    }
  }
}

CAF_TEST(exchanges that no line fits do not agree with the newest ones) {
  offset_bounds x;
  for (int64_t i = 0; i < 10; ++i)
    x.add(proof((100 + i) * s, 0, 100 * us, 100 * us));
  CAF_CHECK_EQUAL(x.agreeing(), 10u);
  x.add(proof(110 * s, 5 * ms, 100 * us, 100 * us));
  x.add(proof(111 * s, 5 * ms, 100 * us, 100 * us));
  CAF_CHECK_EQUAL(x.size(), 12u);
  CAF_CHECK_EQUAL(x.agreeing(), 2u);
  x.keep(x.agreeing());
  CAF_CHECK_EQUAL(x.size(), 2u);
  CAF_CHECK_EQUAL(x.oldest_of(2).answered_ns, 110 * s + 100 * us);
}

CAF_TEST(a rate is proved by what moved for certain) {
  offset_bounds x;
  x.add(proof(100 * s, 0, 100 * us, 100 * us));
  CAF_CHECK_EQUAL(x.proved_rate(), 0.0);
  x.add(proof(101 * s, 150 * us, 100 * us, 100 * us));
  CAF_CHECK_EQUAL(x.proved_rate(), 0.0); // It may have been the delays.
  for (int64_t moved : {-10 * ms, 10 * ms}) {
    auto y = x;
    y.add(proof(102 * s, moved, 100 * us, 100 * us));
    CAF_CHECK(y.proved_rate() > 0.009);
    CAF_CHECK(y.proved_rate() < 0.0102);
  }
  x.add(proof(101 * s, 10 * ms, 100 * us, 100 * us));
  CAF_CHECK(std::isinf(x.proved_rate()));
}

CAF_TEST(a rate is possible as far as delays can have hidden it) {
  offset_bounds x;
  x.add(proof(90 * s, -70 * ms, 100 * us, 100 * us));
  x.add(proof(100 * s, 0, 100 * us, 100 * us));
  CAF_CHECK(std::isinf(x.possible_rate(100 * s)));
  for (int64_t moved : {-10 * ms, int64_t{0}, 10 * ms}) {
    auto y = x;
    y.add(proof(102 * s, moved, 100 * us, 100 * us));
    auto found = y.possible_rate(100 * s);
    auto true_rate = static_cast<double>(std::abs(moved)) / 2e9;
    CAF_CHECK(found >= true_rate + 0.0001);
    CAF_CHECK(found < true_rate + 0.00011);
    CAF_CHECK(std::isinf(y.possible_rate(103 * s)));
  }
}

CAF_TEST(between two exchanges a slewed clock is between what both allow for) {
  offset_bounds x;
  x.add(proof(100 * s, 0, 100 * us, 100 * us));
  x.add(proof(110 * s, 40 * ms, 200 * us, 300 * us));
  auto middle = static_cast<double>(x.origin_offset_ns());
  auto found = x.by_slew(-5e9, 1e-3);
  // 10 s at 300 ppm are 3 ms.
  CAF_CHECK(std::abs(found.least + middle + 3.1e6) < 2e3);
  CAF_CHECK(std::abs(found.most + middle - 43.3e6) < 2e3);
  // Behind the newest one, by the rate.
  found = x.by_slew(2e9, 5e-3);
  CAF_CHECK(std::abs(found.most + middle - 50.3e6) < 2e3);
  CAF_CHECK(std::abs(found.least + middle - 29.8e6) < 5e3);
}

CAF_TEST(only so many exchanges are kept) {
  offset_bounds x;
  for (int64_t i = 0; i < 100; ++i)
    x.add(proof((100 + i) * s, 0, 100 * us, 100 * us));
  CAF_CHECK_EQUAL(x.size(), offset_bounds::window);
  CAF_CHECK_EQUAL(x.oldest_of(x.size()).answered_ns, 136 * s + 100 * us);
}
