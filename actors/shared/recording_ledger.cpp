#include "actors/shared/recording_ledger.hpp"

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

void recording_ledger::begin(const session_info& session) {
  std::lock_guard<std::mutex> guard{mutex_};
  open_books(session.start_ms);
}

void recording_ledger::announce(const session_info& session) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (figures_.session_ms == session.start_ms || announced(session.start_ms))
    return;
  if (figures_.state != ledger_figures::phase::recording && announced_.empty())
    return open_books(session.start_ms);
  if (announced_.size() >= max_announced)
    announced_.pop_front();
  announced_.push_back(session.start_ms);
}

bool recording_ledger::announced(int64_t session_ms) const {
  return std::find(announced_.begin(), announced_.end(), session_ms)
         != announced_.end();
}

bool recording_ledger::is_announced(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return announced(session_ms);
}

bool recording_ledger::owes(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return announced(session_ms)
         || (figures_.session_ms == session_ms
             && figures_.state == ledger_figures::phase::recording);
}

bool recording_ledger::owes_any() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return !announced_.empty()
         || figures_.state == ledger_figures::phase::recording;
}

void recording_ledger::open_books(int64_t session_ms) {
  auto coming = std::find(announced_.begin(), announced_.end(), session_ms);
  if (coming != announced_.end())
    announced_.erase(announced_.begin(), coming + 1);
  if (figures_.session_ms == session_ms)
    return;
  auto kept = kept_.find(figures_.session_ms);
  if (kept != kept_.end())
    kept->second = closed_books();
  figures_ = {};
  figures_.session_ms = session_ms;
  figures_.state = ledger_figures::phase::recording;
  segments_.clear();
  losses_ = {};
  breaks_.clear();
  absences_ = absence_log{session_ms * 1'000'000};
  trouble_ = {};
  starts_.clear();
  pieces_.clear();
  make_certain();
}

recording_ledger_ptr recording_ledger::closed_books() const {
  auto result = std::make_shared<recording_ledger>();
  result->figures_ = figures_;
  result->segments_ = segments_;
  result->losses_ = losses_;
  result->breaks_ = breaks_;
  result->absences_ = absences_;
  auto& x = result->figures_;
  // Nobody goes on with it: what else was captured is not known.
  if (x.state == ledger_figures::phase::recording && x.last)
    x.end_unknown = true;
  x.state = ledger_figures::phase::finished;
  return result;
}

void recording_ledger::keep(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  kept_.emplace(session_ms, nullptr);
}

void recording_ledger::forget(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  kept_.erase(session_ms);
}

recording_ledger_ptr recording_ledger::kept(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = kept_.find(session_ms);
  return i == kept_.end() ? nullptr : i->second;
}

bool recording_ledger::is_done_with(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = kept_.find(session_ms);
  if (i != kept_.end() && i->second)
    return !i->second->has_open_segment();
  if (figures_.session_ms != session_ms)
    return !announced(session_ms);
  return figures_.state != ledger_figures::phase::recording
         && std::all_of(segments_.begin(), segments_.end(),
                        [](const auto& x) { return x.end_ms != 0; });
}

recording_ledger_ptr recording_ledger::snapshot(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = kept_.find(session_ms);
  if (i != kept_.end() && i->second)
    return i->second;
  auto result = std::make_shared<recording_ledger>();
  result->announced_ = announced_;
  if (figures_.session_ms != session_ms)
    return result;
  result->figures_ = figures_;
  result->segments_ = segments_;
  result->losses_ = losses_;
  result->breaks_ = breaks_;
  result->absences_ = absences_;
  return result;
}

void recording_ledger::make_certain() {
  certain_.figures = figures_;
  certain_.segments = segments_.size();
  if (!segments_.empty())
    certain_.last_segment = segments_.back();
  losses_.make_certain();
  certain_.breaks = breaks_.size();
  certain_.absences = absences_;
}

void recording_ledger::roll_back() {
  std::lock_guard<std::mutex> guard{mutex_};
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
  segments_.resize(std::min(segments_.size(), certain_.segments));
  if (!segments_.empty())
    segments_.back() = certain_.last_segment;
  losses_.roll_back();
  breaks_.resize(certain_.breaks);
  absences_ = certain_.absences;
  undurable_.clear();
}

void recording_ledger::restore(ledger_figures figures,
                               std::vector<recorded_segment> segments,
                               std::vector<recorded_loss> losses,
                               std::vector<recorded_break> breaks,
                               absence_log absences) {
  std::lock_guard<std::mutex> guard{mutex_};
  figures_ = std::move(figures);
  trouble_ = {};
  trouble_.set(figures_.last_error, 0);
  segments_ = std::move(segments);
  losses_ = loss_list{std::move(losses)};
  breaks_ = std::move(breaks);
  absences_ = std::move(absences);
  starts_.clear();
  pieces_.clear();
  figures_.films = segments_.size();
  count_captured();
  for (auto& x : segments_) {
    starts_.insert(x.start_ms);
    pieces_.insert(x.index);
  }
  make_certain();
}

void recording_ledger::absent_because(int64_t session_ms,
                                      const std::string& why) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (figures_.session_ms == session_ms
      && figures_.state == ledger_figures::phase::recording)
    absences_.because(why);
}

std::vector<absence> recording_ledger::absences(const session_info& session,
                                                int64_t now_ns) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto over = !session.open();
  auto until_ns = over ? session.stop_ms * 1'000'000
                       : session.session_ns(now_ns);
  if (figures_.session_ms != session.start_ms)
    return absence_log{session.start_ms * 1'000'000}.look(until_ns, over,
                                                          false);
  auto whole = figures_.state == ledger_figures::phase::finished
               && !figures_.end_unknown;
  return absences_.look(until_ns, over, whole);
}

void recording_ledger::finish() {
  std::lock_guard<std::mutex> guard{mutex_};
  figures_.state = ledger_figures::phase::finished;
}

void recording_ledger::segment_opened(uint64_t index, int64_t start_ms,
                                      std::string file) {
  std::lock_guard<std::mutex> guard{mutex_};
  recorded_segment x;
  x.file = std::move(file);
  x.index = index;
  x.start_ms = start_ms;
  segments_.push_back(std::move(x));
  starts_.insert(start_ms);
  pieces_.insert(index);
  make_certain();
}

void recording_ledger::segment_completed(int64_t start_ms, int64_t end_ms,
                                         std::string file, uint64_t frames,
                                         uint64_t bytes) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = std::find_if(segments_.begin(), segments_.end(), [=](auto& x) {
    return x.start_ms == start_ms && x.end_ms == 0;
  });
  if (i == segments_.end())
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
    segments_.erase(i);
  make_certain();
}

void recording_ledger::lose_tail(const recorded_segment& x, uint64_t n,
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

void recording_ledger::segment_closed(int64_t end_ms, std::string file) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (segments_.empty())
    return;
  if (segments_.back().frames == 0) { // A file without frames is not kept.
    segments_.pop_back();
  } else {
    segments_.back().end_ms = end_ms;
    segments_.back().file = std::move(file);
  }
  make_certain();
}

void recording_ledger::written(const frame& x, int64_t capture_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
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
  if (!segments_.empty())
    add_to(segments_.back(), x);
  if (undurable_.size() < max_undurable)
    undurable_.push_back(x.receive_ns);
}

void recording_ledger::count_captured() {
  auto now = figures_.written;
  add_bounded(now, figures_.lost);
  figures_.captured = std::max(figures_.captured, now);
}

void recording_ledger::add_to(recorded_segment& to, const frame& x) {
  if (to.frames++ == 0) {
    ++figures_.films;
    to.epoch = x.epoch;
    to.first_sequence = x.sequence;
  }
  to.last_sequence = x.sequence;
  to.last_epoch = x.epoch;
  to.bytes += x.jpeg.size();
}

void recording_ledger::durable(int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  figures_.durable = figures_.written;
  figures_.durable_ns = now_ns;
  if (std::exchange(wrote_since_, false))
    trouble_.clear();
  show_trouble();
  for (auto receive_ns : undurable_)
    to_durable_.add(now_ns - receive_ns);
  undurable_.clear();
  make_certain();
}

void recording_ledger::lost(const recorded_loss& x) {
  std::lock_guard<std::mutex> guard{mutex_};
  absences_.missing(why_missing(x.place));
  auto n = x.last - x.first + 1;
  add_bounded(figures_.lost, n);
  add_bounded(figures_.lost_at[static_cast<size_t>(x.place)], n);
  count_captured();
  figures_.note_last({x.epoch, x.last});
  losses_.add(x);
}

void recording_ledger::run_ended(const recorded_break& x) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto& last = figures_.last_end;
  if (last && last->epoch == x.last.epoch && last->sequence == x.last.sequence)
    return;
  absences_.missing();
  last = x.last;
  ++figures_.runs_ended;
  if (breaks_.size() < max_losses)
    breaks_.push_back(x);
}

std::vector<recorded_break> recording_ledger::breaks() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return breaks_;
}

void recording_ledger::end_unknown() {
  std::lock_guard<std::mutex> guard{mutex_};
  figures_.end_unknown = true;
}

void recording_ledger::failed(std::string error, int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  trouble_.set(std::move(error), now_ns);
  wrote_since_ = false;
  show_trouble();
}

void recording_ledger::show_trouble() {
  figures_.last_error = trouble_.now();
  figures_.last_trouble = trouble_.last();
}

bool recording_ledger::has_open_segment() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return std::any_of(segments_.begin(), segments_.end(),
                     [](const auto& x) { return x.end_ms == 0; });
}

bool recording_ledger::has_piece(uint64_t index) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return pieces_.count(index) > 0;
}

int64_t recording_ledger::free_start(int64_t wanted) const {
  std::lock_guard<std::mutex> guard{mutex_};
  while (starts_.count(wanted) > 0)
    --wanted;
  return wanted;
}

uint64_t recording_ledger::last_of(uint64_t epoch) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return figures_.last_of(epoch);
}

ledger_figures recording_ledger::look() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return figures_;
}

std::vector<recorded_segment> recording_ledger::segments() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return segments_;
}

std::vector<recorded_loss> recording_ledger::losses() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return losses_.entries();
}

} // namespace camnode
