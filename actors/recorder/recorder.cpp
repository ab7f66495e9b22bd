#include "actors/recorder/recorder.hpp"

#include "actors/base/log.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace camnode {

namespace {

/// How often the ring is looked at while there is a session. Several frames at
/// once cost a third less than a wake for each (tools/bench/run record); until
/// then they are in the ring, and what is not durable is in the server's, too.
constexpr auto beat_interval = std::chrono::milliseconds(250);

/// Frames per turn: messages in between are not kept waiting for long.
constexpr int frames_per_turn = 64;

/// How long a stopped session waits for frames that were captured before the
/// stop and are still on their way.
constexpr int64_t stop_patience_ns = 1'000'000'000;

/// How long it waits where a server holds them in its ring: the ring's usual
/// age, and some time to connect.
constexpr int64_t return_patience_ns = 12'000'000'000;

/// How long it waits where the node is ending.
constexpr int64_t hurry_patience_ns = 600'000'000;

} // namespace

recorder::recorder(caf::actor_config& cfg, const actor_context& context,
                   recorder_parts parts)
  : observed(cfg, context),
    parts_(std::move(parts)),
    account_(parts_.ledger, who(), parts_.clock) {
}

recorder::behavior_type recorder::make_behavior() {
  show_state("idle");
  return {
    [this](const session_info& x) { begin(x); },
    [this](wake_atom) { drain(); },
    [this](beat_atom) {
      beating_ = false;
      beat();
      beat_later();
    },
  };
}

void recorder::beat_later() {
  if (session_.exists() && !std::exchange(beating_, true))
    delayed_send(this, beat_interval, beat_atom_v);
}

void recorder::begin(const session_info& x) {
  auto books = parts_.ledger->look();
  auto finished = books.session_ms == x.start_ms
                  && books.state == ledger_figures::phase::finished;
  if (!x.exists() || finished)
    return;
  auto ours = books.session_ms == x.start_ms
              || parts_.ledger->is_announced(x.start_ms);
  if (!session_.exists() && !x.open() && !ours) {
    finish_before(x);
    return; // Nothing to record: it was over before we were there.
  }
  if (session_.start_ms != x.start_ms && !open_books(x))
    return;
  session_ = x;
  beat_later();
  drain();
}

bool recorder::open_books(const session_info& x) {
  // It began while another one was being written.
  auto held_up = parts_.ledger->is_announced(x.start_ms);
  if (!finish_before(x))
    return false;
  auto before = parts_.ledger->look();
  parts_.ledger->begin(x);
  auto books = parts_.ledger->look();
  if (!books.last && session_.exists()) {
    if (past_stop_) // That frame may be this session's.
      --cursor_;
  } else {
    // What the ring let go of since may be missing.
    auto last = !books.last && held_up ? before.last : books.last;
    auto placed = books.last && books.last_capture_ns != 0;
    account_.go_on(last, placed
                           ? x.client_ns(x.start_ms) + books.last_capture_ns
                               - x.start_ms * 1'000'000
                           : 0);
    cursor_ = last ? parts_.ring->position_after(last->epoch, last->sequence)
                   : parts_.ring->oldest_position();
  }
  past_stop_ = false;
  last_capture_ns_ = books.last_capture_ns;
  synced_ns_ = parts_.clock();
  began_ns_ = parts_.clock();
  heard_ns_ = 0;
  parts_.ring->hold_from(cursor_);
  return true;
}

bool recorder::finish_before(const session_info& next) {
  if (session_.exists()) {
    if (session_.stop_ms
        == 0) // It was told no end: it ends where the next begins.
      session_.stop_ms = whole_ms(session_.session_ns(next.anchor_mono_ns));
    while (!past_stop_) {
      auto found = read();
      if (!found.frame)
        break;
      if (auto err = take(found)) {
        fail(std::move(err));
        return false;
      }
    }
    return close_books();
  }
  auto books = parts_.ledger->look();
  if (books.state == ledger_figures::phase::recording
      && books.session_ms != next.start_ms) { // An earlier life's.
    complete_open_pieces();
    if (books.last)
      note_end_unknown(books.last->sequence);
    parts_.ledger->finish();
  }
  return true;
}

void recorder::drain() {
  if (!session_.exists() || past_stop_)
    return;
  for (int i = 0; i < frames_per_turn; ++i) {
    auto found = read();
    if (!found.frame)
      return;
    heard_ns_ = parts_.clock();
    if (auto err = take(found))
      return fail(std::move(err));
    if (past_stop_)
      return;
  }
  // Messages in between have their turn.
  caf::anon_send(recorder_actor{this}, wake_atom_v);
}

int64_t recorder::stop_ms() const {
  // The line is drawn before the message about it is here.
  return session_.stop_ms != 0 ? session_.stop_ms
                               : parts_.stop->of(session_.start_ms);
}

frame_ring::reading recorder::read() {
  if (!account_.last())
    begin_with_gone();
  return parts_.ring->next(cursor_);
}

void recorder::begin_with_gone() {
  auto start_ns = session_.client_ns(session_.start_ms);
  auto gone = parts_.ring->first_gone_since(start_ns);
  auto stop = stop_ms();
  if (!gone || (stop != 0 && gone->client_ns >= session_.client_ns(stop)))
    return;
  auto before = std::max<uint64_t>(gone->sequence, 1) - 1;
  account_.go_on(frame_number{gone->epoch, before}, start_ns);
  cursor_ = gone->where;
}

caf::error recorder::take(const frame_ring::reading& found) {
  auto& x = *found.frame;
  auto at = place(x);
  auto capture_ns = at.capture_ns;
  auto capture_ms = whole_ms(capture_ns);
  if (auto stop = stop_ms(); stop != 0 && capture_ms >= stop) {
    past_stop_ = true;
    account_.take_gap(found, capture_ns); // May reach back before it.
    account_.see_all_before(x); // What was missing is no other session's loss.
    return caf::none;
  }
  if (capture_ms < session_.start_ms) {
    account_.see(x);
    return caf::none;
  }
  account_.take_gap(found, capture_ns);
  account_.see(x);
  // A picture without a size fits no film.
  auto err = x.width == 0 || x.height == 0
               ? caf::make_error(ec::bad_message, std::string{"no picture"})
               : write(x, at);
  if (err != ec::bad_message)
    return err;
  // The next one may be better: one bad frame costs no other.
  account_.lose(
    {x.epoch, x.sequence, x.sequence, loss_place::recorder, capture_ns});
  return caf::none;
}

void recorder::beat() {
  if (!session_.exists())
    return;
  drain();
  auto now = parts_.clock();
  auto session_ns = session_.session_ns(now);
  if (auto err = sync_if_due(now))
    return fail(std::move(err));
  if (is_over(session_ns))
    return finish();
  if (auto err = close_if_over(session_ns))
    return fail(std::move(err));
  show_progress();
}

bool recorder::is_over(int64_t session_ns) const {
  if (session_.stop_ms == 0)
    return false;
  if (past_stop_)
    return true;
  if (parts_.ring->has_unread(cursor_))
    return false;
  // A recorder that comes when the stop is over waits as long as any.
  auto now = parts_.clock();
  auto since_stop_ns = session_ns - session_.stop_ms * 1'000'000;
  auto waited_ns = std::min(since_stop_ns, now - began_ns_);
  if (session_.hurry)
    return waited_ns > hurry_patience_ns;
  if (waited_ns > return_patience_ns)
    return true;
  if (parts_.may_return
      && parts_.may_return(session_.client_ns(session_.stop_ms)))
    return false;
  // While frames come, the one after the stop may come, too.
  return std::min(waited_ns, now - heard_ns_) > stop_patience_ns;
}

void recorder::finish() {
  if (!close_books())
    return;
  session_ = {};
  end_alarms();
  parts_.ring->hold_from(frame_ring::nothing_held);
  show_state("idle");
}

bool recorder::close_books() {
  auto last_ms = whole_ms(last_capture_ns_) + 1;
  auto end_ms = std::max(std::min(session_.stop_ms, span_.end_ms), last_ms);
  if (auto err = close_piece(end_ms)) {
    fail(std::move(err));
    return false;
  }
  complete_open_pieces();
  if (!past_stop_ && account_.last())
    note_end_unknown(account_.last()->sequence);
  parts_.ledger->finish();
  auto x = parts_.ledger->look();
  log_info(who(), "session ", session_.start_ms, " is finished: ", x.durable,
           " frames, ", x.lost, " lost");
  return true;
}

void recorder::note_end_unknown(uint64_t last) {
  parts_.ledger->end_unknown();
  log_warning(who(),
              "no frame from after the stop came: what was captured "
              "after frame ",
              last, " is unknown");
}

void recorder::complete_open_pieces() {
  if (parts_.complete)
    camnode::complete_open_pieces(*parts_.ledger, parts_.complete, who());
}

void recorder::fail(caf::error err) {
  parts_.ledger->failed(describe(err), parts_.clock());
  if (err == ec::sync_failed) // The piece has taken it back.
    roll_back();
  show_error(describe(err));
  quit(std::move(err));
}

void recorder::roll_back() {
  auto before = parts_.ledger->look().written;
  parts_.ledger->roll_back();
  auto x = parts_.ledger->look();
  last_capture_ns_ = x.last_capture_ns;
  unsynced_ = false;
  log_warning(who(), "the disk did not promise ", before - x.written,
              " frames: the next life writes them again, as far as the ring "
              "has them");
}

void recorder::show_progress() {
  auto x = parts_.ledger->look();
  show_state(piece_ ? "recording segment " + std::to_string(span_.index) + ", "
                        + std::to_string(x.durable) + " frames durable"
                    : "waiting for frames");
}

void recorder::on_exit() {
  end_alarms();
  // A piece may have been opened and have no frame yet.
  auto end_ms = std::max(whole_ms(last_capture_ns_), start_ms_) + 1;
  auto err = close_piece(end_ms);
  if (!err)
    return;
  log_error(who(), "cannot complete a piece: ", describe(err));
  if (piece_->sync())
    roll_back();
  else
    parts_.ledger->durable(parts_.clock());
}

} // namespace camnode
