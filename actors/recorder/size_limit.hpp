#pragma once

#include <cstdint>
#include <deque>

namespace camnode {

/// How often a new piece may begin as pictures change their size: six times in
/// a minute at once, and beyond that only for a size that has stayed for 5 s.
/// So no camera makes more than 18 pieces in any minute for that. Times are of
/// capture, on one clock. Not thread safe.
class size_limit {
public:
  static constexpr size_t free_changes = 6;
  static constexpr int64_t window_ns = 60'000'000'000;
  static constexpr int64_t stable_ns = 5'000'000'000;

  /// To be told of each frame, in their order.
  void note(uint16_t width, uint16_t height, int64_t capture_ns);

  /// Whether a new piece may begin now, for the size of the newest frame.
  bool admits() const;

  /// One has begun for that.
  void change();

  /// Whether the size has stayed for long enough to be believed.
  bool calm() const {
    return newest_ns_ - since_ns_ >= stable_ns;
  }

private:
  uint16_t width_ = 0;
  uint16_t height_ = 0;
  int64_t since_ns_ = 0; ///< Since when all frames have that size.
  int64_t newest_ns_ = 0;
  std::deque<int64_t> changes_; ///< The newest ones, at most `free_changes`.
};

} // namespace camnode
