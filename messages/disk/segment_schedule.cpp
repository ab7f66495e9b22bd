#include "messages/disk/segment_schedule.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace camnode {

std::optional<segment_span>
segment_schedule::at(int64_t time_ms, std::optional<int64_t> stop_ms) const {
  constexpr auto latest = std::numeric_limits<int64_t>::max();
  if (time_ms < start_ms_ || time_ms >= stop_ms.value_or(latest))
    return std::nullopt;
  auto elapsed = time_ms - start_ms_;
  segment_span result;
  result.index = static_cast<uint64_t>(elapsed / length_ms_);
  result.begin_ms = time_ms - elapsed % length_ms_;
  result.end_ms = result.begin_ms
                  + std::min(length_ms_, latest - result.begin_ms);
  if (stop_ms)
    result.end_ms = std::min(result.end_ms, *stop_ms);
  return result;
}

} // namespace camnode
