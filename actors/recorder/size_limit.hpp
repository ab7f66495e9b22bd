#pragma once

#include <cstdint>
#include <deque>

namespace camnode {

/// How often a film may be cut as pictures change their size: six times in a
/// minute at once, and beyond that only for a size that has stayed for 5 s.
/// So no camera makes more than 18 films in any minute for that. Times are of
/// capture, on one clock. Not thread safe.
class size_limit {
public:
  static constexpr size_t free_cuts = 6;
  static constexpr int64_t window_ns = 60'000'000'000;
  static constexpr int64_t stable_ns = 5'000'000'000;

  /// To be told of each frame, in their order.
  void note(uint16_t width, uint16_t height, int64_t capture_ns);

  /// Whether a film may be cut now, for the size of the newest frame.
  bool admits() const;

  /// It was cut for that.
  void cut();

  /// Whether the size has stayed for long enough to be believed.
  bool calm() const {
    return newest_ns_ - since_ns_ >= stable_ns;
  }

private:
  uint16_t width_ = 0;
  uint16_t height_ = 0;
  int64_t since_ns_ = 0; ///< Since when all frames have that size.
  int64_t newest_ns_ = 0;
  std::deque<int64_t> cuts_; ///< The newest ones, at most `free_cuts`.
};

} // namespace camnode
