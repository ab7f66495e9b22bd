#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace camnode {

/// When a child that ended is started again: after 100 ms at first, twice as
/// long each time up to 10 s, and again 100 ms once it has been well for 60 s.
/// More than 5 ends within 60 s raise an alarm, which lasts until a life has
/// lasted 60 s; meanwhile the retries go on, at the longest distance. All times
/// are ns of one steady clock.
class restart_policy {
public:
  static constexpr int64_t first_delay_ns = 100'000'000;
  static constexpr int64_t last_delay_ns = 10'000'000'000;
  static constexpr int64_t window_ns = 60'000'000'000;
  static constexpr size_t budget = 5;

  void started(int64_t now_ns);

  /// The child has ended.
  /// @returns How long to wait before starting it again.
  int64_t ended(int64_t now_ns);

  /// Whether it keeps ending.
  bool alarmed(int64_t now_ns) const;

private:
  bool well(int64_t now_ns) const;

  int64_t started_ns_ = 0;
  bool runs_ = false;
  bool alarm_ = false;
  int64_t delay_ns_ = first_delay_ns;
  std::deque<int64_t> ends_; ///< Within the last window.
};

} // namespace camnode
