#include "actors/recorder/gap_before.hpp"

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

} // namespace

gap_before find_gap(const frame_number& last, const frame& x, uint64_t skipped,
                    int64_t capture_ns) {
  gap_before result;
  if (last.epoch == x.epoch) {
    if (x.gap.unknown)
      result.end = gap_before::run_end::unnumbered;
    auto told = x.gap.first == last.sequence + 1;
    add(result, {x.epoch, last.sequence + 1, x.sequence - 1,
                 place_of(x, told, skipped), capture_ns});
    return result;
  }
  result.end = gap_before::run_end::new_run;
  // Numbers begin with 1 in every run.
  auto of_new = x.sequence - 1;
  if (skipped > of_new)
    add(result,
        {last.epoch, last.sequence + 1, last.sequence + (skipped - of_new),
         loss_place::client_ring, capture_ns});
  auto told = x.gap.first == 1 && x.gap.last == of_new;
  add(result, {x.epoch, 1, of_new, place_of(x, told, skipped), capture_ns});
  return result;
}

} // namespace camnode
