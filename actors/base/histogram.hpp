#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace camnode {

/// How durations are distributed, in buckets that are a quarter of a power of
/// two wide: quantiles are at most 25 % too high, for 1 µs to 17 s. Any thread
/// adds, any thread reads; adding is one relaxed atomic increment, or two.
class histogram {
public:
  /// Four buckets per power of two, from 2^10 ns (1 µs) to 2^34 ns (17 s); one
  /// below, one above.
  static constexpr int first_power = 10;
  static constexpr int last_power = 34;
  static constexpr size_t buckets = 4 * (last_power - first_power) + 2;

  /// What a histogram held at one look.
  struct figures {
    std::array<uint64_t, buckets> counts{};
    uint64_t total = 0;
    int64_t sum_ns = 0;

    /// The upper bound of the bucket that holds quantile `q`, in ns; 0 if
    /// there is nothing. What is above all buckets counts as their end.
    /// @pre `0 <= q && q <= 1`
    int64_t quantile_ns(double q) const;
  };

  /// Negative durations count as 0.
  void add(int64_t ns) {
    auto x = ns < 0 ? 0 : ns;
    counts_[bucket_of(x)].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(x, std::memory_order_relaxed);
  }

  figures look() const;

  /// Where `ns` is counted. @pre `ns >= 0`
  static size_t bucket_of(int64_t ns);

  /// The end of bucket `i`, in ns: what is in it is below.
  static int64_t end_ns(size_t i);

private:
  std::array<std::atomic<uint64_t>, buckets> counts_{};
  std::atomic<int64_t> sum_ns_{0};
};

} // namespace camnode
