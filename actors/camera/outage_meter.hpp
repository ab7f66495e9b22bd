#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace camnode {

/// Estimates how many frames a camera did not take while it was away: while
/// its program was dead, say. Nobody captured them, so nobody can count them;
/// what can be told is how long it was, and how many frames it usually takes in
/// that time. All times are ns on one clock. Pure, not thread safe.
class outage_meter {
public:
  /// @param asked_ns Time between two frames as asked for, which counts for as
  ///        long as none was measured. 0: unknown; then nothing is estimated.
  explicit outage_meter(int64_t asked_ns) : asked_ns_(asked_ns) {
  }

  /// The camera is started (again): the next frame is the first of a new life.
  void begin_life() {
    begins_ = true;
  }

  /// Takes a frame.
  /// @returns How many frames are missing right before the first frame of a
  ///          life, by the usual time between frames; 0 before any other.
  uint64_t take(int64_t capture_ns);

private:
  int64_t usual_ns() const;
  void remember(int64_t interval_ns);

  const int64_t asked_ns_;
  int64_t newest_ns_ = 0; ///< 0 before the first frame.
  bool begins_ = true;
  std::array<int64_t, 33> intervals_{};
  size_t known_ = 0; ///< Intervals ever; the last ones are kept.
};

} // namespace camnode
