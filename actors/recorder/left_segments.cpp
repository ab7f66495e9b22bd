#include "actors/recorder/left_segments.hpp"

#include "actors/shared/log.hpp"
#include "actors/shared/segment_schedule.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace camnode {

namespace {

/// The first frame behind segment `i`, where numbers prove that.
std::optional<frame_number>
first_behind(const std::vector<recorded_segment>& segments, size_t i) {
  auto next = std::find_if(segments.begin() + static_cast<ptrdiff_t>(i) + 1,
                           segments.end(),
                           [](const auto& x) { return x.frames > 0; });
  // Without an epoch, the same number may be another frame's.
  if (next == segments.end() || next->epoch == 0)
    return std::nullopt;
  return frame_number{next->epoch, next->first_sequence};
}

} // namespace

void complete_left_segments(recording_ledger& books,
                            const complete_segment& complete,
                            const std::string& who) {
  auto segments = books.segments();
  for (size_t i = 0; i < segments.size(); ++i) {
    auto& x = segments[i];
    if (x.end_ms != 0)
      continue;
    auto done = complete(x.start_ms, first_behind(segments, i));
    auto name = done ? parse_segment_name(done->stem + ".mp4") : std::nullopt;
    if (name) {
      books.segment_completed(x.start_ms, name->end_ms, done->stem,
                              done->frames, done->bytes);
      log_info(who, "completed what was left of segment ", x.index, ", ",
               done->stem, ", ", done->frames, " frames");
    } else if (done) {
      books.segment_completed(x.start_ms, x.start_ms + 1, {}, 0, 0);
      log_warning(who, "of segment ", x.start_ms, " nothing was left; it had ",
                  x.frames, " frames");
    } else {
      books.failed(describe(done.error()));
      log_error(who, "segment ", x.start_ms,
                " is left open: ", describe(done.error()));
    }
  }
}

} // namespace camnode
