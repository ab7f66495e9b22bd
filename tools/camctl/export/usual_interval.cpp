#include "tools/camctl/export/usual_interval.hpp"

#include <cmath>

namespace camnode {

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
  uint64_t count = 0;
  auto last = by_us_.upper_bound(median_us + median_us / 4);
  for (auto i = by_us_.lower_bound(median_us - median_us / 4); i != last; ++i) {
    auto& x = i->second;
    sum_ns += static_cast<double>(i->first) * 1e3 * static_cast<double>(x.count)
              + static_cast<double>(x.rest_ns);
    count += x.count;
  }
  return std::llround(sum_ns / static_cast<double>(count));
}

} // namespace camnode
