#include "actors/recorder/gap_before.hpp"

#include "messages/capture_bound.hpp"

#include <algorithm>

namespace camnode {

namespace {

/// Whose loss `first` to the frame before `x` are: what the viewer noted,
/// unless the ring let go of the frames that it noted it with.
loss_place place_of(const frame& x, bool told, uint64_t skipped) {
  return told && skipped == 0 ? x.gap.place : loss_place::client_ring;
}

void add(gap_before& out, const recorded_loss& x) {
  if (x.place != loss_place::none && x.first <= x.last)
    out.losses.push_back(x);
}

/// Of what is missing before `x`, only the last numbers are known to be.
void take_known(gap_before& out, const frame& x, uint64_t missing,
                uint64_t skipped, int64_t capture_ns) {
  // Only the viewer knows where another count began; a server may say anything.
  auto told = x.gap.unknown ? x.sequence - x.gap.first : 0;
  auto known = std::min(std::max(told, skipped), missing);
  out.until = {x.epoch, x.sequence - known};
  add(out, {x.epoch, out.until.sequence, x.sequence - 1,
            place_of(x, true, skipped), capture_ns});
}

} // namespace

gap_before find_gap(const frame_past& before, const frame& x, uint64_t skipped,
                    int64_t capture_ns) {
  gap_before result;
  auto& last = before.last;
  auto same = last.epoch == x.epoch;
  if (!same)
    result.end = gap_before::run_end::new_run;
  else if (x.gap.unknown && x.epoch == 0)
    result.end = gap_before::run_end::unnumbered;
  // Numbers begin with 1 in every run.
  auto first = (same ? last.sequence : before.last_of_run) + 1;
  auto missing = x.sequence > first ? x.sequence - first : 0;
  auto numbered = x.epoch != 0;
  if ((numbered && x.gap.unknown) || missing > most_captured(before.ago_ns)) {
    if (same)
      result.end = gap_before::run_end::jump;
    take_known(result, x, missing, skipped, capture_ns);
    return result;
  }
  if (same && numbered && skipped > missing) // Another run was between them.
    result.end = gap_before::run_end::new_run;
  auto told = x.gap.first == first && (same || x.gap.last + 1 == x.sequence);
  add(result,
      {x.epoch, first, x.sequence - 1, place_of(x, told, skipped), capture_ns});
  return result;
}

} // namespace camnode
