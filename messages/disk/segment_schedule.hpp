#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// UTC nanoseconds in whole milliseconds, rounded down: what segments are cut
/// and named by. Segments begin and end at whole milliseconds, so that no time
/// changes its segment by this.
constexpr int64_t whole_ms(int64_t ns) {
  return ns / 1'000'000 - (ns % 1'000'000 < 0 ? 1 : 0);
}

/// One segment of a session: from `begin_ms` on, up to but without `end_ms`.
struct segment_span {
  uint64_t index = 0; ///< From 0 at the session's start.
  int64_t begin_ms = 0;
  int64_t end_ms = 0;
};

/// Where a session is cut into segments: at its start + k x length, whoever
/// writes them. Pure arithmetic on UTC milliseconds of the session clock.
class segment_schedule {
public:
  /// @pre `start_ms >= 0` and `length_ms > 0`
  segment_schedule(int64_t start_ms, int64_t length_ms)
    : start_ms_(start_ms), length_ms_(length_ms) {
  }

  /// The segment that `time_ms` belongs to.
  /// @param stop_ms Where the session ends, if it is known: the last segment
  ///        ends there.
  /// @returns Nothing for a time that is before the start, or not before the
  ///          stop.
  std::optional<segment_span> at(int64_t time_ms,
                                 std::optional<int64_t> stop_ms = {}) const;

private:
  int64_t start_ms_;
  int64_t length_ms_;
};

} // namespace camnode
