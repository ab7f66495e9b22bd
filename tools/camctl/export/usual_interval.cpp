#include "tools/camctl/export/usual_interval.hpp"

#include <algorithm>
#include <cmath>

namespace camnode {

namespace {

/// In medians. In a longer one nobody can count the frames that it lacks.
constexpr int64_t longest_gap = 10;

} // namespace

void usual_interval::add(int64_t ns) {
  auto& x = by_us_[ns / 1'000];
  ++x.count;
  x.rest_ns += ns % 1'000;
  ++count_;
}

std::optional<int64_t> usual_interval::ns() const {
  if (count_ == 0)
    return std::nullopt;
  int64_t median_us = 0;
  uint64_t before = 0;
  for (auto& [us, x] : by_us_) {
    median_us = us;
    before += x.count;
    if (before > count_ / 2)
      break;
  }
  double sum_ns = 0;
  uint64_t steps = 0;
  auto last = by_us_.upper_bound(median_us * longest_gap);
  for (auto i = by_us_.begin(); i != last; ++i) {
    auto& [us, x] = *i;
    sum_ns += static_cast<double>(us) * 1e3 * static_cast<double>(x.count)
              + static_cast<double>(x.rest_ns);
    steps += x.count
             * static_cast<uint64_t>((us + median_us / 2)
                                     / std::max<int64_t>(1, median_us));
  }
  return std::max<int64_t>(1, std::llround(sum_ns
                                           / static_cast<double>(
                                             std::max<uint64_t>(1, steps))));
}

} // namespace camnode
