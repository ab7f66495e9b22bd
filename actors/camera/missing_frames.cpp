#include "actors/camera/missing_frames.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// Beyond this nobody counts: a driver that starts from 0 again, or garbage.
constexpr uint64_t most_missing = 10'000;

/// What takes as many times as long as a frame is a rest, or a hole.
constexpr int64_t rest_factor = 4;

/// Frames that fit between two that are `interval_ns` apart.
uint64_t by_time(int64_t interval_ns, int64_t frame_ns) {
  // A frame that is late by less than 0.6 of its time is late, no more.
  if (interval_ns * 10 < frame_ns * 16)
    return 0;
  auto frames = (interval_ns + frame_ns / 2) / frame_ns;
  return std::min(static_cast<uint64_t>(frames - 1), most_missing);
}

} // namespace

uint64_t missing_frames::before(int64_t capture_ns, int64_t duration_ns,
                                std::optional<uint32_t> number) {
  auto before_ns = std::exchange(newest_ns_, capture_ns);
  auto before_number = std::exchange(newest_number_, number);
  auto interval_ns = capture_ns - before_ns;
  if (before_ns == 0 || interval_ns <= 0)
    return 0;
  auto frame_ns = duration_ns > 0 ? std::max(asked_ns_, duration_ns)
                                  : usual_ns();
  auto result = by_time(interval_ns, frame_ns);
  remember(interval_ns);
  rhythm_.take(capture_ns);
  if (duration_ns <= 0 && is_rest(interval_ns, frame_ns))
    return 0;
  if (result > 0 && number && before_number) {
    uint32_t step = *number - *before_number;
    if (step >= 1 && step <= most_missing)
      result = std::min<uint64_t>(result, step - 1);
  }
  return result;
}

int64_t missing_frames::usual_ns() const {
  if (known_ < intervals_.size())
    return asked_ns_;
  auto sorted = intervals_;
  auto middle = sorted.begin() + sorted.size() / 2;
  std::nth_element(sorted.begin(), middle, sorted.end());
  return std::max(asked_ns_, *middle);
}

bool missing_frames::is_rest(int64_t interval_ns, int64_t frame_ns) const {
  return interval_ns / rest_factor > frame_ns && rhythm_.is_known()
         && !rhythm_.is_steady();
}

void missing_frames::remember(int64_t interval_ns) {
  intervals_[known_ % intervals_.size()] = interval_ns;
  ++known_;
}

} // namespace camnode
