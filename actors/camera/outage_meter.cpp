#include "actors/camera/outage_meter.hpp"

#include "actors/camera/missing_frames.hpp"

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
  auto frame_ns = begins ? this->frame_ns() : 0;
  if (begins)
    rhythm_.interrupt();
  rhythm_.take(capture_ns);
  if (!begins || before_ns <= 0 || capture_ns <= before_ns)
    return 0;
  auto interval_ns = capture_ns - before_ns;
  return frame_ns == 0 || interval_ns > longest_outage_ns
           ? 0
           : frames_between(interval_ns, frame_ns);
}

int64_t outage_meter::frame_ns() const {
  auto shown = rhythm_.usual_ns();
  if (shown == 0)
    return asked_ns_ > 0 ? std::max(asked_ns_, least_frame_ns) : 0;
  if (!rhythm_.is_steady())
    shown = rhythm_.longest_ns();
  return std::max(shown, least_frame_ns);
}

} // namespace camnode
