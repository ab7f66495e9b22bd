#pragma once

#include "actors/camera/frame_limiter.hpp"
#include "actors/camera/missing_frames.hpp"

#include <cmath>
#include <cstdint>
#include <optional>

namespace camnode {

/// What a camera says of a frame that it has completed.
struct completed_frame {
  bool good = true;        ///< Neither broken nor cancelled.
  int64_t capture_ns = 0;  ///< On `capture_clock_ns`.
  int64_t duration_ns = 0; ///< What it takes; 0: nothing.

  /// The driver's count of frames, where it can be trusted.
  std::optional<uint32_t> number;
};

/// Decides what becomes of the frames of a camera, and how many are missing.
class capture_gate {
public:
  struct verdict {
    bool pass;        ///< Else it is given back to the camera.
    uint64_t missing; ///< Frames that are lost right before it.
  };

  /// @param fps What was asked for; above 0.
  explicit capture_gate(double fps)
    : limiter_(fps), missing_(std::llround(1e9 / fps)) {
  }

  /// A frame that is no good is not counted when it comes: the next good one
  /// finds a gap where it should have been. Of a broken one nobody knows
  /// whether its times are.
  verdict take(const completed_frame& x) {
    if (!x.good)
      return {false, 0};
    auto missing = missing_.before(x.capture_ns, x.duration_ns, x.number);
    return {limiter_.admit(x.capture_ns), missing};
  }

private:
  frame_limiter limiter_;
  missing_frames missing_;
};

} // namespace camnode
