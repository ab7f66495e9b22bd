#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace camnode {

/// Keeps a line that could be logged for each of many events to one a second,
/// or less. What is left out is said with the next line. Not thread safe.
class log_pace {
public:
  /// @param interval_ns Between two lines, at least.
  explicit log_pace(int64_t interval_ns = 1'000'000'000)
    : interval_ns_(interval_ns) {
  }

  /// @param now_ns On any steady clock.
  /// @returns Whether to log now.
  bool admits(int64_t now_ns) {
    if (logged_ && now_ns - logged_ns_ < interval_ns_) {
      ++left_out_;
      return false;
    }
    logged_ = true;
    logged_ns_ = now_ns;
    return true;
  }

  /// Belongs at the end of a line that was admitted: how many were not since
  /// the last one, if any.
  std::string more() {
    auto n = std::exchange(left_out_, 0);
    return n == 0 ? std::string{}
                  : "; " + std::to_string(n) + " more like it before";
  }

private:
  int64_t interval_ns_;
  bool logged_ = false;
  int64_t logged_ns_ = 0;
  uint64_t left_out_ = 0;
};

} // namespace camnode
