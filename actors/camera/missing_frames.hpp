#pragma once

#include "actors/shared/frame_rhythm.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace camnode {

/// Tells how many frames a camera dropped, by the times between those that
/// came. What a frame takes is what the camera says, or else what was asked for
/// or has become usual: a camera that slows down in the dark drops nothing. Nor
/// does one drop any that does not say it, and has shown that it rests now and
/// then, as it waits for a trigger.
class missing_frames {
public:
  /// @param asked_ns Time between two frames as asked for; above 0.
  explicit missing_frames(int64_t asked_ns) : asked_ns_(asked_ns) {
  }

  /// @param capture_ns When this frame was captured.
  /// @param duration_ns What the camera says that a frame takes; 0: nothing.
  /// @param number The driver's count, where it can be trusted: a hole in time
  ///        without one in it is a frame that took long.
  /// @returns How many frames are missing right before this one.
  uint64_t before(int64_t capture_ns, int64_t duration_ns,
                  std::optional<uint32_t> number);

private:
  int64_t usual_ns() const;

  /// Whether a camera that says nothing of it rested rather than dropped
  /// frames.
  bool is_rest(int64_t interval_ns, int64_t frame_ns) const;
  void remember(int64_t interval_ns);

  const int64_t asked_ns_;
  int64_t newest_ns_ = 0;
  std::optional<uint32_t> newest_number_;
  frame_rhythm rhythm_;
  std::array<int64_t, 9> intervals_{};
  size_t known_ = 0; ///< Intervals ever; the last ones are kept.
};

} // namespace camnode
