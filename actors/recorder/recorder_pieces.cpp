// How RECORDER puts frames into pieces.

#include "actors/recorder/recorder.hpp"

#include "actors/base/file_ops.hpp"
#include "actors/base/log.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/when.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace camnode {

namespace {

/// How old what is written may be when a beat makes it durable: every second
/// beat does, so that with the time that a disk takes for it frames are durable
/// within a second.
constexpr int64_t sync_interval_ns = 400'000'000;

/// How many names are tried for a piece that find another file there.
constexpr int max_taken_names = 100;

/// How long a piece stays open after its segment's end while no frame comes,
/// for those that a server's ring may still bring: its age, and some time to
/// connect.
constexpr int64_t cut_patience_ns = 15'000'000'000;

std::string size_text(uint16_t width, uint16_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

} // namespace

recorder::frame_place recorder::place(const frame& x) const {
  auto captured = session_.session_ns(x.capture_mono_ns + x.offset_ns);
  auto earliest = last_capture_ns_ == 0 ? captured : last_capture_ns_ + 1000;
  // Pieces are named by their starts: two of one millisecond would have one
  // name, or names that are not in their order.
  if (piece_ && (x.width != width_ || x.height != height_))
    earliest = std::max(earliest, (start_ms_ + 1) * 1'000'000);
  if (captured >= earliest)
    return {captured, 0};
  return {earliest, earliest - captured};
}

caf::error recorder::write(const frame& x, const frame_place& at) {
  auto capture_ns = at.capture_ns;
  auto flags = x.flags;
  if (at.moved_ns > 0)
    flags |= frame::time_adjusted;
  segment_schedule schedule{session_.start_ms, session_.segment_ms};
  auto span = schedule.at(whole_ms(capture_ns));
  if (!span)
    return caf::make_error(ec::bad_message,
                           std::string{"a frame outside of the session"});
  if (piece_ && span->index != span_.index)
    if (auto err = close_piece(span_.end_ms))
      return err;
  if (auto err = close_for_size(x, capture_ns))
    return err;
  if (!piece_)
    if (auto err = open_for(x, capture_ns, *span))
      return err;
  if (auto err = piece_->append(x, capture_ns, flags, at.moved_ns))
    return err;
  parts_.ledger->written(x, capture_ns);
  last_capture_ns_ = capture_ns;
  unsynced_ = true;
  return caf::none;
}

caf::error recorder::close_for_size(const frame& x, int64_t capture_ns) {
  sizes_.note(x.width, x.height, capture_ns);
  auto fits = !piece_ || (x.width == width_ && x.height == height_);
  if (!fits && !sizes_.admits()) {
    set_alarm("size", "the pictures' size changes too often, now from "
                        + size_text(width_, height_) + " to "
                        + size_text(x.width, x.height)
                        + ": pictures of another size than the film's are lost "
                          "until one stays for "
                        + duration_text(size_limit::stable_ns));
    return caf::make_error(ec::bad_message, std::string{"another size"});
  }
  if (sizes_.calm())
    set_alarm("size", {});
  if (fits)
    return caf::none;
  sizes_.change();
  // The last frame may be of the same millisecond.
  return close_piece(
    std::max(whole_ms(capture_ns), whole_ms(last_capture_ns_) + 1));
}

void recorder::set_alarm(const std::string& of, const std::string& text) {
  auto was_on = alarms_.count(of) > 0;
  if (text.empty() != was_on)
    return;
  alarms().set(who() + "/" + of, text);
  if (was_on) {
    alarms_.erase(of);
    return log_info(who(), "the alarm about the ", of, " is over");
  }
  alarms_.insert(of);
  parts_.ledger->failed(text);
  log_error(who(), text);
}

void recorder::end_alarms() {
  for (auto* x : {"size", "folder"})
    set_alarm(x, {});
}

caf::error recorder::open_for(const frame& x, int64_t capture_ns,
                              const segment_span& span) {
  // The first piece of a segment has the segment's own name, so that it is the
  // same for all cameras; a further one is named by the time that it covers.
  auto start_ms = parts_.ledger->has_piece(span.index) ? whole_ms(capture_ns)
                                                       : span.begin_ms;
  start_ms = parts_.ledger->free_start(start_ms);
  auto opened = parts_.open(start_ms, x.width, x.height);
  // Something may have been left there that no repair could complete.
  for (int i = 0; i < max_taken_names; ++i) {
    if (opened || !is_name_taken(opened.error()))
      break;
    start_ms = parts_.ledger->free_start(start_ms - 1);
    opened = parts_.open(start_ms, x.width, x.height);
  }
  if (!opened) {
    // The folder's name is taken: frames are lost until it is free.
    if (opened.error() == ec::bad_message)
      set_alarm("folder", describe(opened.error()));
    return opened.error();
  }
  set_alarm("folder", {});
  piece_ = std::move(*opened);
  span_ = span;
  start_ms_ = start_ms;
  width_ = x.width;
  height_ = x.height;
  parts_.ledger->piece_opened(span.index, start_ms, std::to_string(start_ms));
  log_info(who(), "opened a piece of segment ", span.index, ", ", start_ms);
  return caf::none;
}

caf::error recorder::close_piece(int64_t end_ms) {
  if (!piece_)
    return caf::none;
  if (auto err = piece_->close(end_ms))
    return err; // It is tried once more when this actor ends.
  piece_.reset();
  if (std::exchange(unsynced_, false)) // Else it was durable before.
    note_durable();
  auto stem = piece_stem(start_ms_, end_ms);
  parts_.ledger->piece_closed(end_ms, stem);
  log_info(who(), "closed a piece of segment ", span_.index, ", ", stem);
  return caf::none;
}

caf::error recorder::close_if_over(int64_t session_ns) {
  auto end_ms = session_.stop_ms == 0
                  ? span_.end_ms
                  : std::min(span_.end_ms, session_.stop_ms);
  if (piece_ && session_ns > end_ms * 1'000'000 + cut_patience_ns)
    return close_piece(end_ms);
  return caf::none;
}

caf::error recorder::sync_if_due(int64_t now_ns) {
  if (!piece_ || !unsynced_ || now_ns - synced_ns_ < sync_interval_ns)
    return caf::none;
  synced_ns_ = now_ns;
  unsynced_ = false;
  if (auto err = piece_->sync())
    return err;
  note_durable();
  return caf::none;
}

void recorder::note_durable() {
  parts_.ledger->durable(parts_.clock());
  // The last frame read may be the one that is about to be written.
  parts_.ring->hold_from(cursor_ == 0 ? 0 : cursor_ - 1);
}

} // namespace camnode
