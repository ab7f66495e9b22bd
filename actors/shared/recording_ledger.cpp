#include "actors/shared/recording_ledger.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

recording_ledger::recording_ledger(session_books books)
  : books_(std::move(books)) {
}

void recording_ledger::begin(const session_info& session) {
  std::lock_guard<std::mutex> guard{mutex_};
  open_books(session.start_ms);
}

void recording_ledger::announce(const session_info& session) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (books_.figures().session_ms == session.start_ms
      || announced(session.start_ms))
    return;
  if (books_.figures().state != ledger_figures::phase::recording
      && announced_.empty())
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

bool recording_ledger::has_to_finish(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return announced(session_ms)
         || (books_.figures().session_ms == session_ms
             && books_.figures().state == ledger_figures::phase::recording);
}

bool recording_ledger::has_any_to_finish() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return !announced_.empty()
         || books_.figures().state == ledger_figures::phase::recording;
}

void recording_ledger::keep(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  kept_.keep(session_ms);
}

void recording_ledger::forget(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  kept_.forget(session_ms);
}

const session_books* recording_ledger::books_of(int64_t session_ms) const {
  if (auto kept = kept_.find(session_ms))
    return kept;
  return books_.figures().session_ms == session_ms ? &books_ : nullptr;
}

void recording_ledger::open_books(int64_t session_ms) {
  auto coming = std::find(announced_.begin(), announced_.end(), session_ms);
  if (coming != announced_.end())
    announced_.erase(announced_.begin(), coming + 1);
  if (books_.figures().session_ms == session_ms)
    return;
  kept_.put(books_.figures().session_ms, books_.closed());
  books_ = session_books{session_ms};
}

bool recording_ledger::is_done_with(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto x = books_of(session_ms);
  return x ? x->is_complete() : !announced(session_ms);
}

recording_ledger_ptr recording_ledger::snapshot(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto result = std::make_shared<recording_ledger>();
  result->announced_ = announced_;
  if (auto x = books_of(session_ms))
    result->books_ = *x;
  return result;
}

void recording_ledger::finish() {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.finish();
}

void recording_ledger::piece_opened(uint64_t index, int64_t start_ms,
                                    std::string file) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.piece_opened(index, start_ms, std::move(file));
}

void recording_ledger::piece_closed(int64_t end_ms, std::string file) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.piece_closed(end_ms, std::move(file));
}

void recording_ledger::piece_completed(int64_t start_ms, int64_t end_ms,
                                       std::string file, uint64_t frames,
                                       uint64_t bytes) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.piece_completed(start_ms, end_ms, std::move(file), frames, bytes);
}

void recording_ledger::written(const frame& x, int64_t capture_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.written(x, capture_ns);
  if (undurable_.size() < max_undurable)
    undurable_.push_back(x.receive_ns);
}

void recording_ledger::durable(int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.durable(now_ns);
  for (auto receive_ns : undurable_)
    to_durable_.add(now_ns - receive_ns);
  undurable_.clear();
}

void recording_ledger::roll_back() {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.roll_back();
  undurable_.clear();
}

void recording_ledger::absent_because(int64_t session_ms,
                                      const std::string& why) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.absent_because(session_ms, why);
}

std::vector<absence> recording_ledger::absences(const session_info& session,
                                                int64_t now_ns) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.absences(session, now_ns);
}

void recording_ledger::lost(const recorded_loss& x) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.lost(x);
}

void recording_ledger::run_ended(const recorded_break& x) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.run_ended(x);
}

uint64_t recording_ledger::last_of(uint64_t epoch) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.figures().last_of(epoch);
}

void recording_ledger::end_unknown() {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.end_unknown();
}

void recording_ledger::failed(std::string error, int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.failed(std::move(error), now_ns);
}

bool recording_ledger::has_open_piece() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.has_open_piece();
}

bool recording_ledger::has_piece(uint64_t index) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.has_piece(index);
}

int64_t recording_ledger::free_start(int64_t wanted) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.free_start(wanted);
}

ledger_figures recording_ledger::look() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.figures();
}

std::vector<recorded_piece> recording_ledger::pieces() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.pieces();
}

std::vector<recorded_loss> recording_ledger::losses() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.losses().entries();
}

std::vector<recorded_break> recording_ledger::breaks() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.breaks();
}

} // namespace camnode
