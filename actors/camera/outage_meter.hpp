#pragma once

#include "actors/shared/frame_rhythm.hpp"

#include <cstdint>

namespace camnode {

/// Estimates how many frames a camera did not take while it was away: while
/// its program was dead, say. Nobody captured them, so nobody can count them;
/// what can be told is how long it was, and how many frames it takes in that
/// time at least. All times are ns on one clock. Pure, not thread safe.
class outage_meter {
public:
  /// @param asked_ns Time between two frames as asked for, which counts for as
  ///        long as none was measured. 0: unknown; then nothing is estimated.
  /// @param generous_ns See `frame_rhythm`.
  explicit outage_meter(int64_t asked_ns,
                        int64_t generous_ns = frame_rhythm::generous_ns)
    : asked_ns_(asked_ns), rhythm_(generous_ns) {
  }

  /// The camera is started (again): the next frame is the first of a new life.
  void begin_life() {
    begins_ = true;
  }

  /// Takes a frame.
  /// @returns How many frames are missing right before the first frame of a
  ///          life: by the usual time between frames, or by the longest one of
  ///          a camera that rests now and then; 0 before any other.
  uint64_t take(int64_t capture_ns);

  /// The camera was silent for `ns`, and is started anew for that.
  void take_silence(int64_t ns) {
    rhythm_.take_silence(ns);
  }

  /// What its lives have shown.
  const frame_rhythm& rhythm() const {
    return rhythm_;
  }

private:
  int64_t frame_ns() const;

  const int64_t asked_ns_;
  frame_rhythm rhythm_;
  int64_t newest_ns_ = 0; ///< 0 before the first frame.
  bool begins_ = true;
};

} // namespace camnode
