#pragma once

#include <algorithm>
#include <cstdint>

namespace camnode {

/// Brings a camera that is faster than asked down to the rate that was asked
/// for, by its capture times. A camera that keeps to the rate loses nothing,
/// however unsteady it is by up to a frame's time: what is let through may be
/// 2 % faster than asked, as sensors never hit a rate exactly.
class frame_limiter {
public:
  /// @param fps Above 0.
  explicit frame_limiter(double fps) : frames_per_ns_(fps * 1.02e-9) {
  }

  /// @returns whether the frame of this time is one that was asked for.
  bool admit(int64_t capture_ns) {
    if (newest_ns_ != 0) {
      auto passed = static_cast<double>(capture_ns - newest_ns_);
      credit_ = std::clamp(credit_ + passed * frames_per_ns_, 0.0, most_credit);
    }
    newest_ns_ = capture_ns;
    if (credit_ < 1)
      return false;
    credit_ -= 1;
    return true;
  }

private:
  static constexpr double most_credit = 2;

  const double frames_per_ns_;
  double credit_ = most_credit;
  int64_t newest_ns_ = 0;
};

} // namespace camnode
