#include "actors/base/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace camnode {

namespace {

/// The position of the highest bit. @pre `x > 0`
int power_of(int64_t x) {
  return 63 - __builtin_clzll(static_cast<unsigned long long>(x));
}

} // namespace

size_t histogram::bucket_of(int64_t ns) {
  if (ns < int64_t{1} << first_power)
    return 0;
  if (ns >= int64_t{1} << last_power)
    return buckets - 1;
  auto power = power_of(ns);
  // The two bits below the highest one.
  auto quarter = (ns >> (power - 2)) & 3;
  return static_cast<size_t>(1 + 4 * (power - first_power) + quarter);
}

int64_t histogram::end_ns(size_t i) {
  if (i == 0)
    return int64_t{1} << first_power;
  auto n = static_cast<int>(std::min(i, buckets - 2)) - 1;
  return int64_t{5 + n % 4} << (first_power + n / 4 - 2);
}

histogram::figures histogram::look() const {
  figures result;
  for (size_t i = 0; i < buckets; ++i) {
    result.counts[i] = counts_[i].load(std::memory_order_relaxed);
    result.total += result.counts[i];
  }
  result.sum_ns = sum_ns_.load(std::memory_order_relaxed);
  return result;
}

int64_t histogram::figures::quantile_ns(double q) const {
  if (total == 0)
    return 0;
  auto rank = static_cast<uint64_t>(std::ceil(q * static_cast<double>(total)));
  rank = std::max<uint64_t>(rank, 1);
  uint64_t below = 0;
  size_t i = 0;
  while (i + 1 < buckets && below + counts[i] < rank)
    below += counts[i++];
  return end_ns(i);
}

} // namespace camnode
