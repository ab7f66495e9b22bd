#include "actors/shared/session_books.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// Why no frame was recorded where some were lost, as far as that tells it:
/// what the source lost may never have been captured.
std::string why_missing(loss_place x) {
  if (x == loss_place::none || x == loss_place::source
      || x == loss_place::unknown)
    return {};
  return std::string{"frames came, and were lost: "} + to_string(x);
}

} // namespace

uint64_t ledger_figures::last_of(uint64_t epoch) const {
  auto i = std::find_if(runs.rbegin(), runs.rend(),
                        [=](const auto& x) { return x.epoch == epoch; });
  return i == runs.rend() ? 0 : i->sequence;
}

void ledger_figures::note_last(const frame_number& x) {
  last = x;
  if (!runs.empty() && runs.back().epoch == x.epoch) {
    runs.back() = x;
    return;
  }
  runs.erase(std::remove_if(runs.begin(), runs.end(),
                            [&](auto& y) { return y.epoch == x.epoch; }),
             runs.end());
  if (runs.size() >= max_runs)
    runs.erase(runs.begin());
  runs.push_back(x);
}

session_books::session_books(int64_t session_ms)
  : absences_(session_ms * 1'000'000) {
  figures_.session_ms = session_ms;
  figures_.state = ledger_figures::phase::recording;
  make_certain();
}

session_books::session_books(ledger_figures figures,
                             std::vector<recorded_piece> pieces,
                             std::vector<recorded_loss> losses,
                             std::vector<recorded_break> breaks,
                             absence_log absences)
  : figures_(std::move(figures)),
    pieces_(std::move(pieces)),
    losses_(std::move(losses)),
    breaks_(std::move(breaks)),
    absences_(std::move(absences)) {
  trouble_.set(figures_.last_trouble.text, figures_.last_trouble.at_ns);
  trouble_.clear();
  trouble_.set(figures_.last_error, 0);
  figures_.films = pieces_.size();
  count_captured();
  for (auto& x : pieces_) {
    starts_.insert(x.start_ms);
    begun_.insert(x.index);
  }
  make_certain();
}

session_books session_books::closed() const {
  auto result = *this;
  auto& x = result.figures_;
  // Nobody goes on with it: what else was captured is not known.
  if (x.state == ledger_figures::phase::recording && x.last)
    x.end_unknown = true;
  x.state = ledger_figures::phase::finished;
  return result;
}

bool session_books::is_complete() const {
  return figures_.state != ledger_figures::phase::recording
         && !has_open_piece();
}

void session_books::make_certain() {
  certain_.figures = figures_;
  certain_.pieces = pieces_.size();
  if (!pieces_.empty())
    certain_.last_piece = pieces_.back();
  losses_.make_certain();
  certain_.breaks = breaks_.size();
  certain_.absences = absences_;
}

void session_books::roll_back() {
  auto before = std::exchange(figures_, certain_.figures);
  wrote_since_ = false;
  show_trouble();
  figures_.films = before.films;
  figures_.captured = before.captured;
  figures_.reversed = before.reversed;
  auto& reversed = figures_.reversed;
  ++reversed.times;
  reversed.written += before.written - figures_.written;
  reversed.bytes += before.bytes - figures_.bytes;
  for (size_t i = 0; i < loss_places; ++i)
    reversed.lost_at[i] += before.lost_at[i] - figures_.lost_at[i];
  pieces_.resize(std::min(pieces_.size(), certain_.pieces));
  if (!pieces_.empty())
    pieces_.back() = certain_.last_piece;
  losses_.roll_back();
  breaks_.resize(certain_.breaks);
  absences_ = certain_.absences;
}

void session_books::absent_because(int64_t session_ms, const std::string& why) {
  if (figures_.session_ms == session_ms
      && figures_.state == ledger_figures::phase::recording)
    absences_.because(why);
}

std::vector<absence> session_books::absences(const session_info& session,
                                             int64_t now_ns) const {
  auto stopped = !session.open();
  auto until_ns = stopped ? session.stop_ms * 1'000'000
                          : session.session_ns(now_ns);
  if (figures_.session_ms != session.start_ms)
    return absence_log{session.start_ms * 1'000'000}.look(until_ns, stopped,
                                                          false);
  auto whole = figures_.state == ledger_figures::phase::finished
               && !figures_.end_unknown;
  return absences_.look(until_ns, stopped, whole);
}

void session_books::finish() {
  figures_.state = ledger_figures::phase::finished;
}

void session_books::piece_opened(uint64_t index, int64_t start_ms,
                                 std::string file) {
  recorded_piece x;
  x.file = std::move(file);
  x.index = index;
  x.start_ms = start_ms;
  pieces_.push_back(std::move(x));
  starts_.insert(start_ms);
  begun_.insert(index);
  make_certain();
}

void session_books::piece_completed(int64_t start_ms, int64_t end_ms,
                                    std::string file, uint64_t frames,
                                    uint64_t bytes) {
  auto i = std::find_if(pieces_.begin(), pieces_.end(), [=](auto& x) {
    return x.start_ms == start_ms && x.end_ms == 0;
  });
  if (i == pieces_.end())
    return;
  if (frames < i->frames)
    lose_tail(*i, i->frames - frames, end_ms);
  figures_.written += frames - i->frames; // Modulo 2^64, as the next one.
  figures_.bytes += bytes - i->bytes;
  figures_.durable = figures_.written;
  i->frames = frames;
  i->bytes = bytes;
  i->end_ms = end_ms;
  i->file = std::move(file);
  if (frames == 0)
    pieces_.erase(i);
  make_certain();
}

void session_books::lose_tail(const recorded_piece& x, uint64_t n,
                              int64_t end_ms) {
  constexpr auto disk = loss_place::disk;
  add_bounded(figures_.lost, n);
  add_bounded(figures_.lost_at[static_cast<size_t>(disk)], n);
  auto name = [&](uint64_t epoch, uint64_t first, uint64_t last,
                  uint64_t some) {
    if (some > 0)
      losses_.add({epoch, first, last, disk, end_ms * 1'000'000,
                   some == last - first + 1 ? 0 : some});
  };
  auto first = x.first_sequence;
  if (x.epoch == x.last_epoch) {
    first = std::min(first, x.last_sequence);
    return name(x.epoch, first, std::max(x.last_sequence, first + n - 1), n);
  }
  // The end of its file is the newer run's.
  auto newer = std::min(n, x.last_sequence);
  name(x.last_epoch, 1, x.last_sequence, newer);
  name(x.epoch, first, first + (n - newer) - 1, n - newer);
}

void session_books::piece_closed(int64_t end_ms, std::string file) {
  if (pieces_.empty())
    return;
  if (pieces_.back().frames == 0) { // A file without frames is not kept.
    pieces_.pop_back();
  } else {
    pieces_.back().end_ms = end_ms;
    pieces_.back().file = std::move(file);
  }
  make_certain();
}

void session_books::written(const frame& x, int64_t capture_ns) {
  auto number = frame_number{x.epoch, x.sequence};
  if (!figures_.first)
    figures_.first = number;
  figures_.note_last(number);
  figures_.last_capture_ns = capture_ns;
  figures_.flags = x.flags;
  ++figures_.written;
  wrote_since_ = true;
  count_captured();
  if (capture_ns != 0)
    absences_.frame(capture_ns);
  figures_.bytes += x.jpeg.size();
  if (!pieces_.empty())
    add_to(pieces_.back(), x);
}

void session_books::count_captured() {
  auto now = figures_.written;
  add_bounded(now, figures_.lost);
  figures_.captured = std::max(figures_.captured, now);
}

void session_books::add_to(recorded_piece& to, const frame& x) {
  if (to.frames++ == 0) {
    ++figures_.films;
    to.epoch = x.epoch;
    to.first_sequence = x.sequence;
  }
  to.last_sequence = x.sequence;
  to.last_epoch = x.epoch;
  to.bytes += x.jpeg.size();
}

void session_books::durable(int64_t now_ns) {
  figures_.durable = figures_.written;
  figures_.durable_ns = now_ns;
  if (std::exchange(wrote_since_, false))
    trouble_.clear();
  show_trouble();
  make_certain();
}

void session_books::lost(const recorded_loss& x) {
  absences_.missing(why_missing(x.place));
  auto n = x.last - x.first + 1;
  add_bounded(figures_.lost, n);
  add_bounded(figures_.lost_at[static_cast<size_t>(x.place)], n);
  count_captured();
  figures_.note_last({x.epoch, x.last});
  losses_.add(x);
}

void session_books::run_ended(const recorded_break& x) {
  auto& last = figures_.last_end;
  if (last && last->epoch == x.last.epoch && last->sequence == x.last.sequence)
    return;
  absences_.missing();
  last = x.last;
  ++figures_.runs_ended;
  if (breaks_.size() < max_losses)
    breaks_.push_back(x);
}

void session_books::end_unknown() {
  figures_.end_unknown = true;
}

void session_books::failed(std::string error, int64_t now_ns) {
  trouble_.set(std::move(error), now_ns);
  wrote_since_ = false;
  show_trouble();
}

void session_books::show_trouble() {
  figures_.last_error = trouble_.now();
  figures_.last_trouble = trouble_.last();
}

bool session_books::has_open_piece() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const auto& x) { return x.end_ms == 0; });
}

bool session_books::has_piece(uint64_t index) const {
  return begun_.count(index) > 0;
}

int64_t session_books::free_start(int64_t wanted) const {
  while (starts_.count(wanted) > 0)
    --wanted;
  return wanted;
}

} // namespace camnode
