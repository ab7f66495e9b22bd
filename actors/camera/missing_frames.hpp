#pragma once

#include "actors/shared/frame_rhythm.hpp"

#include <cstdint>
#include <optional>

namespace camnode {

/// Frames that fit between two that are `interval_ns` apart, where one takes
/// `frame_ns`, above 0. One that is late by less than 0.6 of its time is late,
/// no more.
inline uint64_t frames_between(int64_t interval_ns, int64_t frame_ns) {
  if (interval_ns / 16 < frame_ns / 10)
    return 0;
  return static_cast<uint64_t>((interval_ns + frame_ns / 2) / frame_ns - 1);
}

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
  /// Whether a camera that says nothing of it rested rather than dropped
  /// frames.
  bool is_rest(int64_t interval_ns, int64_t frame_ns) const;

  const int64_t asked_ns_;
  std::optional<uint32_t> newest_number_;
  frame_rhythm rhythm_;
};

} // namespace camnode
