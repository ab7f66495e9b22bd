#pragma once

#include <algorithm>
#include <cstdint>

namespace camnode {

/// When to ask the broker again for what it has stored, after some of it was
/// missed: seldom where each time something is missed again. Pure; times are ns
/// on one steady clock.
class fetch_schedule {
public:
  static constexpr int64_t first_delay_ns = 5'000'000'000;
  static constexpr int64_t last_delay_ns = 300'000'000'000;

  /// Something had no room.
  void missed(int64_t now_ns) {
    if (due_ns_ != 0)
      return;
    if (fetched_ns_ == 0 || now_ns - fetched_ns_ > last_delay_ns)
      delay_ns_ = first_delay_ns;
    due_ns_ = now_ns + delay_ns_;
  }

  /// @returns Whether to ask now.
  bool is_due(int64_t now_ns) {
    if (due_ns_ == 0 || now_ns < due_ns_)
      return false;
    due_ns_ = 0;
    fetched_ns_ = now_ns;
    delay_ns_ = std::min(delay_ns_ * 2, last_delay_ns);
    return true;
  }

private:
  int64_t delay_ns_ = first_delay_ns;
  int64_t due_ns_ = 0;     ///< 0: nothing is missed.
  int64_t fetched_ns_ = 0; ///< When it was last due.
};

} // namespace camnode
