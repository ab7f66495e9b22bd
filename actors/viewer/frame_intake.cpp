#include "actors/viewer/frame_intake.hpp"

#include "actors/shared/expected_pause.hpp"
#include "messages/capture_bound.hpp"
#include "messages/clock.hpp"
#include "messages/wire/jpeg_header.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// Shorter silences are of no matter to anybody.
constexpr int64_t least_rest_ns = 100'000'000;

/// Whether a server can have captured something at `capture_mono_ns` that is
/// here already. What claims to be from the future would push all that follows
/// after it.
bool may_be_capture(int64_t capture_mono_ns, int64_t receive_ns,
                    const clock_estimate& clock) {
  auto newest = receive_ns - clock.offset_ns + clock.error_ns;
  return capture_mono_ns >= 0 && capture_mono_ns <= newest;
}

/// More than servers that take turns; of the oldest beyond, nobody remembers
/// the numbers.
constexpr size_t max_runs = 256;

/// No stream brings frames that are older than this.
constexpr int64_t longest_way_ns = 600'000'000'000;

} // namespace

frame_intake::frame_intake(std::shared_ptr<frame_ring> ring,
                           viewer_board_ptr board,
                           std::optional<stream_position> last,
                           rate_limits limits)
  : ring_(std::move(ring)),
    board_(std::move(board)),
    last_(last),
    limits_(limits),
    bytes_left_(limits.bytes()),
    frames_left_(limits.frames()),
    kept_(last) {
  if (last_)
    runs_.push_back(*last_);
}

bool frame_intake::take(decoded_frame x, int64_t receive_ns) {
  auto result = std::make_shared<frame>();
  {
    std::lock_guard<std::mutex> guard{mutex_};
    if (!number(*result, x.head, receive_ns))
      return true;
    place(*result, x.head, receive_ns);
    learn(*result);
    note_last(*result);
    broken_ = 0;
    connected_ = false;
    if (is_too_much(*result, x.jpeg.footprint(), receive_ns))
      return false;
  }
  push(std::move(result), std::move(x.jpeg), receive_ns);
  return true;
}

bool frame_intake::number(frame& x, const part_head& head, int64_t receive_ns) {
  // A server without numbers gets ours: each frame is the next one.
  x.epoch = head.epoch.value_or(0);
  auto numbered = head.sequence.has_value();
  auto broken = numbered ? 0 : broken_;
  x.sequence = head.sequence.value_or(
    last_ ? std::max(last_->sequence, last_of(0)) + broken + 1 : 1);
  if (x.sequence <= last_of(x.epoch)) {
    board_->update([](viewer_figures& f) { ++f.doubled; });
    return false;
  }
  if (numbered && !admit(x, head, receive_ns)) {
    board_->update([](viewer_figures& f) { ++f.misnumbered; });
    return false;
  }
  if (!numbered) {
    x.gap = gap_before(x, head);
    x.gap.unknown = connected_ && last_;
  }
  return true;
}

void frame_intake::push(std::shared_ptr<frame> x, frame_bytes jpeg,
                        int64_t receive_ns) {
  if ((x->flags & frame::receive_time_only) == 0)
    board_->to_received().add(receive_ns - (x->capture_mono_ns + x->offset_ns));
  if (auto size = read_jpeg_size(jpeg.data(), jpeg.size())) {
    x->width = size->width;
    x->height = size->height;
  }
  board_->update([&](viewer_figures& f) {
    ++f.frames;
    f.bytes += jpeg.size();
    f.newest_ns = receive_ns;
    f.width = x->width;
    f.height = x->height;
  });
  x->jpeg = std::move(jpeg);
  ring_->push(std::move(x), receive_ns);
}

bool frame_intake::is_too_much(frame& x, size_t bytes, int64_t receive_ns) {
  if (!bytes_left_.has_any(receive_ns) || !frames_left_.has_any(receive_ns)) {
    ++cut_;
    board_->update([&](viewer_figures& f) {
      ++f.cut;
      f.cut_ns = receive_ns;
    });
    return true;
  }
  bytes_left_.take(static_cast<double>(bytes));
  frames_left_.take(1);
  if (cut_ > 0) {
    auto same_run = kept_ && kept_->epoch == x.epoch;
    frame_gap all{same_run ? kept_->sequence + 1 : 1, x.sequence - 1,
                  loss_place::client_rate, x.gap.unknown};
    auto lost_before = x.gap.place == loss_place::none
                         ? 0
                         : x.gap.last - x.gap.first + 1;
    // The place is the one that lost most.
    if (lost_before > cut_)
      all.place = x.gap.place;
    if (all.first <= all.last)
      x.gap = all;
  }
  cut_ = 0;
  kept_ = stream_position{x.epoch, x.sequence};
  return false;
}

bool frame_intake::admit(frame& x, const part_head& head, int64_t receive_ns) {
  auto missing = x.sequence - last_of(x.epoch) - 1;
  if (!last_ || missing <= most_captured(receive_ns - last_ns_)) {
    doubted_.reset();
    x.gap = gap_before(x, head);
    return true;
  }
  auto goes_on = doubted_ && doubted_->epoch == x.epoch
                 && x.sequence > doubted_->sequence
                 && x.sequence - doubted_->sequence - 1
                      <= most_captured(receive_ns - doubted_ns_);
  if (!goes_on) {
    doubted_ = stream_position{x.epoch, x.sequence};
    doubted_ns_ = receive_ns;
    return false;
  }
  x.gap = {doubted_->sequence, x.sequence - 1, loss_place::network, true};
  doubted_.reset();
  return true;
}

uint64_t frame_intake::last_of(uint64_t epoch) const {
  auto i = std::find_if(runs_.rbegin(), runs_.rend(),
                        [=](const auto& x) { return x.epoch == epoch; });
  return i == runs_.rend() ? 0 : i->sequence;
}

void frame_intake::note_last(const frame& x) {
  last_ = stream_position{x.epoch, x.sequence};
  last_ns_ = std::max(x.capture_mono_ns + x.offset_ns,
                      x.receive_ns - longest_way_ns);
  if (!runs_.empty() && runs_.back().epoch == x.epoch) {
    runs_.back() = *last_;
    return;
  }
  runs_.erase(std::remove_if(runs_.begin(), runs_.end(),
                             [&](auto& y) { return y.epoch == x.epoch; }),
              runs_.end());
  if (runs_.size() >= max_runs)
    runs_.erase(runs_.begin());
  runs_.push_back(*last_);
}

void frame_intake::place(frame& x, const part_head& head, int64_t receive_ns) {
  auto of_this_run = clock_epoch_ == 0 || x.epoch == clock_epoch_;
  auto known = of_this_run ? clock_.at(receive_ns) : std::nullopt;
  x.receive_ns = receive_ns;
  x.exposure_us = head.exposure_us.value_or(-1);
  x.capture_utc_ns = head.capture_utc_ns.value_or(0);
  if (head.capture_mono_ns && known
      && may_be_capture(*head.capture_mono_ns, receive_ns, *known)) {
    x.capture_mono_ns = *head.capture_mono_ns;
    known = clock_.map(x.capture_mono_ns, receive_ns);
    x.offset_ns = known->offset_ns;
    x.offset_error_ns = known->error_ns;
    if (head.is_arrival)
      x.flags |= frame::arrival_time;
  } else {
    x.capture_mono_ns = receive_ns;
    x.flags |= frame::receive_time_only;
  }
}

/// What is missing, and what a break of the connection took, is no rest of the
/// camera. Receipt tells of the network, too, and is all that there is of a
/// server without times.
void frame_intake::learn(const frame& x) {
  auto same_clock = ((x.flags ^ flags_) & frame::receive_time_only) == 0;
  auto broken_off = connected_ && (x.flags & frame::receive_time_only) != 0;
  if (!same_clock || broken_off || x.gap.place != loss_place::none || broken_
      || !last_ || last_->epoch != x.epoch)
    rhythm_.interrupt();
  flags_ = x.flags;
  auto interval_ns = rhythm_.take(x.capture_mono_ns);
  board_->update([&](viewer_figures& f) {
    f.rate_mhz = rhythm_.rate_mhz();
    // A long rest counts until the frame after it is on disk.
    auto still_counts = interval_ns < f.rest_ns
                        && x.receive_ns - f.rested_ns <= made_durable_ns;
    if (interval_ns >= least_rest_ns && !still_counts) {
      f.rest_ns = interval_ns;
      f.rested_ns = x.receive_ns;
    }
    f.longest_ns = rhythm_.longest_ns();
    f.is_known = rhythm_.is_known();
  });
}

frame_gap frame_intake::gap_before(const frame& x,
                                   const part_head& head) const {
  // The server knows what it could not send: what is right before this frame.
  if (head.lost && head.lost->last + 1 == x.sequence)
    return {head.lost->first, head.lost->last, head.lost_at};
  auto last = last_of(x.epoch);
  if (last != 0 && x.sequence > last + 1)
    return {last + 1, x.sequence - 1, loss_place::network};
  return {};
}

void frame_intake::count_broken(uint64_t n) {
  if (n == 0)
    return;
  {
    std::lock_guard<std::mutex> guard{mutex_};
    broken_ += n;
  }
  board_->update([=](viewer_figures& f) { f.broken += n; });
}

void frame_intake::note_answer(int64_t now_ns) {
  {
    std::lock_guard<std::mutex> guard{mutex_};
    connected_ = true;
  }
  board_->update([=](viewer_figures& f) { f.answered_ns = now_ns; });
}

clock_offset::pace frame_intake::add_probe(const clock_probe& x) {
  std::lock_guard<std::mutex> guard{mutex_};
  // Another run may be one after a reboot, which sets the clock to 0.
  auto other_run = x.epoch != 0 && clock_epoch_ != 0 && x.epoch != clock_epoch_;
  if (other_run)
    clock_.forget();
  if (x.epoch != 0)
    clock_epoch_ = x.epoch;
  auto verdict = clock_.add(x);
  auto known = clock_.at(x.answered_ns);
  auto drift = clock_.drift();
  auto restarted = other_run || verdict == clock_offset::verdict::restarted;
  board_->update([&](viewer_figures& f) {
    f.clock_restarts += restarted;
    ++(verdict == clock_offset::verdict::refused ? f.probes_refused : f.probes);
    // What an earlier process knew goes on until something else is known.
    f.clocked = known || (f.clocked && !restarted);
    if (!known || verdict == clock_offset::verdict::refused)
      return;
    f.clock = *known;
    f.drift_ppb = drift->ppb;
    f.drift_error_ppb = drift->error_ppb;
    f.probed_ns = x.answered_ns;
  });
  if (verdict != clock_offset::verdict::refused)
    board_->clocks().add({x.answered_ns, clock_epoch_, known->offset_ns,
                          known->error_ns, drift->ppb},
                         restarted);
  using pace = clock_offset::pace;
  if (restarted)
    return pace::hurried;
  return clock_.slewed() ? pace::brisk : pace::calm;
}

void frame_intake::count_probe_failure() {
  board_->update([](viewer_figures& f) { ++f.probe_failures; });
}

int64_t frame_intake::patience_ns() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return rhythm_.patience_ns();
}

std::optional<stream_position> frame_intake::last() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return last_;
}

} // namespace camnode
