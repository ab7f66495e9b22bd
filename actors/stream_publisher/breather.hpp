#pragma once

#include "messages/clock.hpp"

#include <cstdint>
#include <functional>

#include <sched.h>

namespace camnode {

/// Lets others run between one reader of a frame and the next: a reader on this
/// machine that takes its frame at once frees memory that is still in the
/// processor's cache, and the next frame is copied there. Sent to 32 readers in
/// one go, frames push each other out of it, and each costs twice as much
/// (`tools/bench/run fanout`). Where the processor has other work, that takes
/// its turn too: so a frame's breaths have a budget, and once it is used up,
/// the next `rest` frames have none. One thread.
class breather {
public:
  /// 31 readers on a processor of 2.6 GHz take half of it in their turns; the
  /// slice of a busy thread beside this one is as long (Linux: base_slice_ns).
  static constexpr int64_t budget_ns = 3'000'000;

  /// Ten seconds' frames at 30 a second: what such a thread delays is no more
  /// than one frame in 300.
  static constexpr int rest = 300;

  /// @param yield lets others run; @param clock in ns.
  explicit breather(
    std::function<void()> yield = [] { sched_yield(); },
    std::function<int64_t()> clock = client_clock_ns)
    : yield_(std::move(yield)), clock_(std::move(clock)) {
  }

  void begin_frame() {
    left_ns_ = resting_ > 0 ? 0 : budget_ns;
    resting_ -= resting_ > 0 ? 1 : 0;
  }

  void breathe() {
    if (left_ns_ <= 0)
      return;
    auto begin = clock_();
    yield_();
    left_ns_ -= clock_() - begin;
    if (left_ns_ <= 0)
      resting_ = rest;
  }

private:
  std::function<void()> yield_;
  std::function<int64_t()> clock_;
  int64_t left_ns_ = 0;
  int resting_ = 0; ///< Frames without breaths that are still to come.
};

} // namespace camnode
