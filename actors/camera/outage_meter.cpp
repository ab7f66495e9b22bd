#include "actors/camera/outage_meter.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// No camera is faster.
constexpr int64_t least_frame_ns = 1'000'000;

/// Beyond ten years it is a clock that is wrong.
constexpr int64_t longest_outage_ns = 315'576'000'000'000'000;

} // namespace

uint64_t outage_meter::take(int64_t capture_ns) {
  auto before_ns = std::exchange(newest_ns_, capture_ns);
  auto begins = std::exchange(begins_, false);
  if (before_ns <= 0 || capture_ns <= before_ns)
    return 0;
  auto interval_ns = capture_ns - before_ns;
  if (!begins) {
    remember(interval_ns);
    return 0;
  }
  auto frame_ns = usual_ns();
  // A frame that is late by less than 0.6 of its time is late, no more.
  if (frame_ns == 0 || interval_ns > longest_outage_ns
      || interval_ns / 16 < frame_ns / 10)
    return 0;
  return static_cast<uint64_t>((interval_ns + frame_ns / 2) / frame_ns - 1);
}

int64_t outage_meter::usual_ns() const {
  auto n = std::min(known_, intervals_.size());
  if (n == 0)
    return asked_ns_ > 0 ? std::max(asked_ns_, least_frame_ns) : 0;
  auto sorted = intervals_;
  auto middle = sorted.begin() + n / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + n);
  return std::max(*middle, least_frame_ns);
}

void outage_meter::remember(int64_t interval_ns) {
  intervals_[known_ % intervals_.size()] = interval_ns;
  ++known_;
}

} // namespace camnode
