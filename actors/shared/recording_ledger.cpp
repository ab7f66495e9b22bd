#include "actors/shared/recording_ledger.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace camnode {

namespace {

/// Adds, up to the largest number there is.
void add(uint64_t& sum, uint64_t n) {
  sum = n > std::numeric_limits<uint64_t>::max() - sum
          ? std::numeric_limits<uint64_t>::max()
          : sum + n;
}

} // namespace

recorded_loss join(const recorded_loss& a, const recorded_loss& b) {
  auto n = a.frames();
  add(n, b.frames());
  return {a.epoch,
          std::min(a.first, b.first),
          std::max(a.last, b.last),
          a.place == b.place ? a.place : loss_place::unknown,
          std::max(a.before_ns, b.before_ns),
          n};
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
  losses_.clear();
  breaks_.clear();
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
  return result;
}

void recording_ledger::make_certain() {
  certain_.figures = figures_;
  certain_.segments = segments_.size();
  if (!segments_.empty())
    certain_.last_segment = segments_.back();
  certain_.losses = losses_.size();
  if (!losses_.empty())
    certain_.last_loss = losses_.back();
  certain_.breaks = breaks_.size();
}

void recording_ledger::roll_back() {
  std::lock_guard<std::mutex> guard{mutex_};
  auto before = std::exchange(figures_, certain_.figures);
  figures_.last_error = std::move(before.last_error);
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
  losses_.resize(certain_.losses);
  if (!losses_.empty())
    losses_.back() = certain_.last_loss;
  breaks_.resize(certain_.breaks);
  undurable_.clear();
}

void recording_ledger::restore(ledger_figures figures,
                               std::vector<recorded_segment> segments,
                               std::vector<recorded_loss> losses,
                               std::vector<recorded_break> breaks) {
  std::lock_guard<std::mutex> guard{mutex_};
  figures_ = std::move(figures);
  segments_ = std::move(segments);
  losses_ = std::move(losses);
  breaks_ = std::move(breaks);
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
  if (frames < i->frames) {
    auto n = i->frames - frames;
    auto first = std::min(i->first_sequence, i->last_sequence);
    auto last = std::max({i->first_sequence, i->last_sequence, first + n - 1});
    add(figures_.lost, n);
    add(figures_.lost_at[static_cast<size_t>(loss_place::disk)], n);
    if (losses_.size() < max_losses)
      losses_.push_back(
        {i->epoch, first, last, loss_place::disk, end_ms * 1'000'000, n});
  }
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
  figures_.last = number;
  figures_.last_capture_ns = capture_ns;
  figures_.flags = x.flags;
  ++figures_.written;
  count_captured();
  figures_.bytes += x.jpeg.size();
  if (!segments_.empty())
    add_to(segments_.back(), x);
  if (undurable_.size() < max_undurable)
    undurable_.push_back(x.receive_ns);
}

void recording_ledger::count_captured() {
  auto now = figures_.written;
  add(now, figures_.lost);
  figures_.captured = std::max(figures_.captured, now);
}

void recording_ledger::add_to(recorded_segment& to, const frame& x) {
  if (to.frames++ == 0) {
    ++figures_.films;
    to.epoch = x.epoch;
    to.first_sequence = x.sequence;
  }
  to.last_sequence = x.sequence;
  to.bytes += x.jpeg.size();
}

void recording_ledger::durable(int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  figures_.durable = figures_.written;
  figures_.durable_ns = now_ns;
  for (auto receive_ns : undurable_)
    to_durable_.add(now_ns - receive_ns);
  undurable_.clear();
  make_certain();
}

void recording_ledger::lost(const recorded_loss& x) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto n = x.last - x.first + 1;
  add(figures_.lost, n);
  add(figures_.lost_at[static_cast<size_t>(x.place)], n);
  count_captured();
  figures_.last = frame_number{x.epoch, x.last};
  if (!losses_.empty()) {
    auto& before = losses_.back();
    if (before.epoch == x.epoch && before.place == x.place
        && before.last + 1 == x.first) {
      if (!before.exact())
        add(before.some, n);
      before.last = x.last;
      return;
    }
  }
  if (losses_.size() >= max_losses)
    coarsen();
  if (losses_.size() < max_losses)
    losses_.push_back(x);
}

void recording_ledger::coarsen() {
  // What is certain stays apart from what is not; its last one, which may have
  // grown since, from both.
  auto certain = certain_.losses;
  auto may_join = [&](size_t i) {
    return i + 1 < losses_.size() && (i + 2 < certain || i >= certain)
           && losses_[i].epoch == losses_[i + 1].epoch;
  };
  std::vector<recorded_loss> joined;
  for (size_t i = 0; i < losses_.size(); ++i) {
    if (i == certain)
      certain_.losses = joined.size();
    if (may_join(i)) {
      joined.push_back(join(losses_[i], losses_[i + 1]));
      ++i;
    } else {
      joined.push_back(losses_[i]);
    }
  }
  if (certain == losses_.size())
    certain_.losses = joined.size();
  losses_ = std::move(joined);
}

void recording_ledger::run_ended(frame_number last, int64_t before_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (!breaks_.empty() && breaks_.back().last.epoch == last.epoch
      && breaks_.back().last.sequence == last.sequence)
    return;
  ++figures_.runs_ended;
  if (breaks_.size() < max_losses)
    breaks_.push_back({last, before_ns});
}

std::vector<recorded_break> recording_ledger::breaks() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return breaks_;
}

void recording_ledger::end_unknown() {
  std::lock_guard<std::mutex> guard{mutex_};
  figures_.end_unknown = true;
}

void recording_ledger::failed(std::string error) {
  std::lock_guard<std::mutex> guard{mutex_};
  figures_.last_error = std::move(error);
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
  return losses_;
}

} // namespace camnode
