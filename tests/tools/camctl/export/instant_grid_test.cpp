#define CAF_SUITE instant_grid

#include "tests/camnode_test.hpp"

#include "tools/camctl/export/instant_grid.hpp"
#include "tools/camctl/export/usual_interval.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t start_ns = 1'800'000'000'000 * ms;

/// 25 Hz: steps of 40 ms, within 24 ms of their instants.
instant_grid grid_of(uint64_t rows) {
  return {start_ns, {25'000, 1'000}, rows};
}

/// Which of the frames stands in each row; -1: none. Frames are told by their
/// distance to the start.
std::vector<int> rows_of(const instant_grid& grid,
                         const std::vector<int64_t>& frames_ns) {
  std::vector<int> result(grid.rows, -1);
  size_t i = 0;
  for (uint64_t k = 0; k < grid.rows; ++k)
    while (i < frames_ns.size()) {
      auto next = i + 1 < frames_ns.size()
                    ? std::optional{start_ns + frames_ns[i + 1]}
                    : std::nullopt;
      auto choice = choose_frame(grid, grid.at(k), start_ns + frames_ns[i],
                                 next);
      if (choice == frame_choice::hole)
        break;
      if (choice == frame_choice::take)
        result[k] = static_cast<int>(i);
      ++i;
      if (choice == frame_choice::take)
        break;
    }
  return result;
}

/// Frames of a camera with that interval and phase, each up to `jitter_ms`
/// early or late.
std::vector<int64_t> camera(size_t n, double interval_ms, double phase_ms,
                            double jitter_ms = 1) {
  std::vector<int64_t> result;
  uint32_t random = 1;
  for (size_t i = 0; i < n; ++i) {
    random = random * 1'664'525 + 1'013'904'223;
    auto part = static_cast<double>(random >> 8) / (1 << 23) - 1;
    auto at_ms = phase_ms + static_cast<double>(i) * interval_ms
                 + part * jitter_ms;
    result.push_back(std::llround(at_ms * 1e6));
  }
  return result;
}

size_t holes_in(const std::vector<int>& rows) {
  return static_cast<size_t>(std::count(rows.begin(), rows.end(), -1));
}

} // namespace

CAF_TEST(instants are exact at any distance) {
  instant_grid grid{start_ns, {30'000, 1'001}, 0};
  CAF_CHECK_EQUAL(grid.at(0), start_ns);
  CAF_CHECK_EQUAL(grid.at(1), start_ns + 33'366'666);
  CAF_CHECK_EQUAL(grid.at(30'000), start_ns + 1'001'000'000'000);
  CAF_CHECK_EQUAL(grid.at(30'000'000), start_ns + 1'001'000'000'000'000);
}

CAF_TEST(a camera of the same rate has all its frames in rows at any phase) {
  for (int phase_ms = -40; phase_ms <= 40; ++phase_ms) {
    auto rows = rows_of(grid_of(1'000), camera(1'001, 40, phase_ms, 3));
    // Where it is half-way between two instants, it is so once.
    int irregular = 0;
    for (size_t k = 1; k < rows.size(); ++k)
      irregular += rows[k] != rows[k - 1] + 1;
    CAF_CHECK_LESS_OR_EQUAL(irregular, 2);
    CAF_CHECK_LESS_OR_EQUAL(holes_in(rows), 1u);
  }
}

CAF_TEST(drift costs one row for each step that it amounts to) {
  // 1000 rows in 40 s, in which the cameras drift by 2.5 steps.
  auto slow = rows_of(grid_of(1'000), camera(1'000, 40.1, 0));
  CAF_CHECK_EQUAL(holes_in(slow), 2u);
  auto fast = rows_of(grid_of(1'000), camera(1'004, 39.9, 0));
  CAF_CHECK_EQUAL(holes_in(fast), 0u);
}

CAF_TEST(every frame stands once and in order within its reach) {
  for (auto interval_ms : {13.3, 20.0, 33.4, 39.0, 40.0, 47.0, 100.0})
    for (auto phase_ms : {0.0, 7.0, 19.5, 33.0}) {
      auto grid = grid_of(500);
      auto frames = camera(1'600, interval_ms, phase_ms);
      auto last = -1;
      auto rows = rows_of(grid, frames);
      for (uint64_t k = 0; k < rows.size(); ++k) {
        if (rows[k] < 0)
          continue;
        CAF_CHECK_LESS(last, rows[k]);
        last = rows[k];
        auto away = start_ns + frames[static_cast<size_t>(last)] - grid.at(k);
        CAF_CHECK_LESS_OR_EQUAL(std::abs(away), grid.reach_ns());
      }
    }
}

CAF_TEST(a camera that is faster leaves no row empty) {
  auto rows = rows_of(grid_of(200), camera(800, 20, 3));
  CAF_CHECK_EQUAL(holes_in(rows), 0u);
}

CAF_TEST(a camera that is slower has a hole wherever it has no frame) {
  auto rows = rows_of(grid_of(100), camera(100, 80, 0));
  for (size_t k = 0; k < rows.size(); ++k)
    CAF_CHECK_EQUAL(rows[k], k % 2 == 0 ? static_cast<int>(k / 2) : -1);
}

CAF_TEST(a gap is a hole of its length) {
  auto frames = camera(100, 40, 5);
  frames.erase(frames.begin() + 30, frames.begin() + 47);
  auto rows = rows_of(grid_of(100), frames);
  CAF_CHECK_EQUAL(holes_in(rows), 17u);
  CAF_CHECK_EQUAL(rows[29], 29);
  CAF_CHECK_EQUAL(rows[47], 30);
}

CAF_TEST(a rate is in thousandths of a frame a second) {
  CAF_CHECK(rate_of_interval(40'000'000) == (film_rate{25'000, 1'000}));
  CAF_CHECK(rate_of_interval(33'366'667) == (film_rate{29'970, 1'000}));
  CAF_CHECK(rate_of_interval(10'000'000'000) == (film_rate{100, 1'000}));
  CAF_CHECK(rate_of_interval(0).per_second > 0);
  CAF_CHECK_EQUAL(rate_text({25'000, 1'000}), "25");
  CAF_CHECK_EQUAL(rate_text({30'000, 1'001}), "29.97");
  CAF_CHECK_EQUAL(rate_text({100, 1'000}), "0.1");
}

CAF_TEST(neither gaps nor jitter are in the usual interval) {
  usual_interval x;
  CAF_CHECK(!x.ns());
  auto frames = camera(10'000, 1e3 / 60, 0);
  for (size_t i = 1; i < frames.size(); ++i)
    x.add(frames[i] - frames[i - 1] + (i % 100 == 0 ? 5'000 * ms : 0));
  auto off = int64_t{rate_of_interval(*x.ns()).per_second} - 60'000;
  CAF_CHECK_LESS(std::abs(off), 10); // 0.01 Hz.
}

CAF_TEST(frames that come late do not change the usual interval) {
  usual_interval x;
  int64_t last_ns = 0;
  for (int64_t i = 1; i <= 300; ++i) {
    auto late = i % 7 == 0 ? 12 * ms : i % 7 == 1 ? 6 * ms : 0;
    auto ns = i * 1'000 * ms / 30 + late;
    x.add(ns - last_ns);
    last_ns = ns;
  }
  CAF_CHECK(rate_of_interval(*x.ns()) == (film_rate{30'000, 1'000}));
}
