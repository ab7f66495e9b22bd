#include "actors/recorder/frame_account.hpp"

#include "actors/base/log.hpp"
#include "messages/capture_bound.hpp"
#include "messages/when.hpp"

namespace camnode {

namespace {

int64_t client_ns_of(const frame& x) {
  return x.capture_mono_ns + x.offset_ns;
}

} // namespace

void frame_account::go_on(std::optional<frame_number> last, int64_t client_ns) {
  last_ = last;
  last_ns_ = client_ns;
}

void frame_account::take_gap(const frame_ring::reading& found,
                             int64_t capture_ns) {
  auto& x = *found.frame;
  if (!last_) // What was missing before we began is not our loss.
    return;
  frame_past before{*last_, client_ns_of(x) - last_ns_, 0};
  if (last_->epoch != x.epoch)
    before.last_of_run = ledger_->last_of(x.epoch);
  auto gap = find_gap(before, x, found.skipped, capture_ns);
  if (gap.end != gap_before::run_end::none) {
    ledger_->run_ended({*last_, capture_ns, gap.until});
    tell_end(gap.end, x);
  }
  lose_unread(found, capture_ns);
  for (auto& loss : gap.losses)
    lose(loss);
}

void frame_account::lose_unread(const frame_ring::reading& x,
                                int64_t capture_ns) {
  auto ago_ns = client_ns_of(*x.frame) - last_ns_;
  for (auto& run : x.unread) {
    auto first = (run.epoch == last_->epoch ? last_->sequence
                                            : ledger_->last_of(run.epoch))
                 + 1;
    // Where numbers jumped, nobody knows how many are missing.
    if (run.epoch != x.frame->epoch && first <= run.last
        && run.last - first < most_captured(ago_ns))
      lose({run.epoch, first, run.last, loss_place::client_ring, capture_ns});
  }
}

void frame_account::see(const frame& x) {
  go_on(frame_number{x.epoch, x.sequence}, client_ns_of(x));
}

void frame_account::see_all_before(const frame& x) {
  if (x.sequence > 0)
    go_on(frame_number{x.epoch, x.sequence - 1}, client_ns_of(x));
}

void frame_account::lose(const recorded_loss& x) {
  ledger_->lost(x);
  if (losses_pace_.admits(clock_()))
    log_warning(who_, "lost ", count_text(x.frames(), "frame"), ", ", x.first,
                " to ", x.last, ", before ", time_text(x.before_ns), ": ",
                to_string(x.place), losses_pace_.more());
}

void frame_account::tell_end(gap_before::run_end why, const frame& next) {
  if (!ends_pace_.admits(clock_()))
    return;
  using run_end = gap_before::run_end;
  std::string what = "the stream was broken off and has no numbers";
  if (why == run_end::new_run)
    what = "another run of the server goes on";
  else if (why == run_end::jump)
    what = "the server's numbers jump to " + std::to_string(next.sequence);
  log_warning(who_, what, ": what the camera captured after frame ",
              last_->sequence, " is unknown", ends_pace_.more());
}

} // namespace camnode
