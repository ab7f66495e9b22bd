#include "actors/camera/missing_frames.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// Beyond this nobody counts: a driver that starts from 0 again, or garbage.
constexpr uint64_t most_missing = 10'000;

/// What takes as many times as long as a frame is a rest, or a hole.
constexpr int64_t rest_factor = 4;

} // namespace

uint64_t missing_frames::before(int64_t capture_ns, int64_t duration_ns,
                                std::optional<uint32_t> number) {
  auto before_number = std::exchange(newest_number_, number);
  auto frame_ns = std::max(asked_ns_,
                           duration_ns > 0 ? duration_ns : rhythm_.recent_ns());
  auto interval_ns = rhythm_.take(capture_ns);
  if (interval_ns == 0)
    return 0;
  auto result = std::min(frames_between(interval_ns, frame_ns), most_missing);
  if (duration_ns <= 0 && is_rest(interval_ns, frame_ns))
    return 0;
  if (result > 0 && number && before_number) {
    uint32_t step = *number - *before_number;
    if (step >= 1 && step <= most_missing)
      result = std::min<uint64_t>(result, step - 1);
  }
  return result;
}

bool missing_frames::is_rest(int64_t interval_ns, int64_t frame_ns) const {
  return interval_ns / rest_factor > frame_ns && rhythm_.is_known()
         && !rhythm_.is_steady();
}

} // namespace camnode
