#include "actors/shared/frame_ring.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

frame_ring::frame_ring(limits bounds, std::shared_ptr<ring_budget> shared)
  : bounds_(bounds), shared_(std::move(shared)), slots_(64) {
  if (shared_)
    shared_->join(this);
}

frame_ring::~frame_ring() {
  if (!shared_)
    return;
  shared_->leave(this);
  shared_->subtract(charge());
}

void frame_ring::push(frame_ptr x, int64_t time_ns) {
  {
    std::lock_guard<std::mutex> guard{mutex_};
    if (end_ - begin_ == slots_.size())
      grow();
    bytes_ += x->jpeg.footprint();
    charged_ += charge_of(*x);
    if (shared_)
      shared_->add(charge_of(*x));
    last_epoch_ = x->epoch;
    last_sequence_ = x->sequence;
    at(end_) = {std::move(x), time_ns};
    ++end_;
    while (end_ - begin_ > 1
           && (bytes_ > bounds_.bytes || end_ - begin_ > max_frames(bounds_)
               || oldest_is_too_old(time_ns)))
      drop_oldest();
  }
  if (shared_)
    shared_->settle();
  std::lock_guard<std::mutex> guard{listeners_mutex_};
  for (auto& listener : listeners_)
    listener.second();
}

frame_ring::reading frame_ring::next(position& cursor) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto from = std::max(cursor, begin_);
  if (from >= end_)
    return {};
  reading result{at(from).frame, from - cursor, {}};
  if (result.skipped > 0)
    for (auto& [run, where] : gone_)
      if (where >= cursor)
        result.unread.push_back(run);
  cursor = from + 1;
  return result;
}

frame_ring::reading frame_ring::next_live(position& cursor) const {
  std::lock_guard<std::mutex> guard{mutex_};
  if (cursor >= end_)
    return {};
  reading result{at(end_ - 1).frame, end_ - 1 - cursor, {}};
  cursor = end_;
  return result;
}

frame_ptr frame_ring::newest() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return begin_ == end_ ? nullptr : at(end_ - 1).frame;
}

frame_ring::position frame_ring::oldest_position() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return begin_;
}

frame_ring::position frame_ring::end_position() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return end_;
}

frame_ring::position frame_ring::position_after(uint64_t epoch,
                                                uint64_t sequence) const {
  std::lock_guard<std::mutex> guard{mutex_};
  // Backwards, as readers come back for recent frames.
  for (auto p = end_; p > begin_; --p) {
    const auto& x = *at(p - 1).frame;
    if (x.epoch == epoch && x.sequence <= sequence)
      return p;
  }
  return begin_;
}

std::optional<frame_ring::gone_frame>
frame_ring::first_gone_since(int64_t client_ns) const {
  std::lock_guard<std::mutex> guard{mutex_};
  for (auto p = begin_ - remembered_.size(); p < begin_; ++p)
    if (auto& x = remembered_[p % max_remembered]; x.client_ns >= client_ns)
      return x;
  return std::nullopt;
}

void frame_ring::hold_from(position p) {
  std::lock_guard<std::mutex> guard{mutex_};
  held_from_ = p;
}

bool frame_ring::has_unread(position cursor) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return std::max(cursor, begin_) < end_;
}

bool frame_ring::make_way_for(size_t bytes) {
  auto before = expected_.exchange(bytes, std::memory_order_relaxed);
  if (!shared_ || bytes == before)
    return true;
  shared_->add(bytes);
  shared_->subtract(before);
  return shared_->settle() || bytes <= shared_->share();
}

void frame_ring::let_go_for_others() {
  std::lock_guard<std::mutex> guard{mutex_};
  if (begin_ == end_)
    return;
  given_up_ += begin_ >= held_from_;
  drop_oldest();
}

bool frame_ring::oldest_is_too_old(int64_t now_ns) const {
  auto age_ns = now_ns - at(begin_).time_ns;
  auto ages = begin_ >= held_from_ ? held_ages : 1;
  return age_ns / ages > bounds_.age.count();
}

frame_ring::figures frame_ring::stats() const {
  std::lock_guard<std::mutex> guard{mutex_};
  figures result;
  result.pushed = end_;
  result.frames = end_ - begin_;
  result.bytes = bytes_;
  if (begin_ != end_) {
    result.oldest_ns = at(begin_).time_ns;
    result.newest_ns = at(end_ - 1).time_ns;
  }
  result.last_epoch = last_epoch_;
  result.last_sequence = last_sequence_;
  result.given_up = given_up_;
  return result;
}

uint64_t frame_ring::listen(std::function<void()> f) {
  std::lock_guard<std::mutex> guard{listeners_mutex_};
  auto token = next_token_++;
  listeners_.emplace_back(token, std::move(f));
  return token;
}

void frame_ring::unlisten(uint64_t token) {
  std::lock_guard<std::mutex> guard{listeners_mutex_};
  listeners_.remove_if([=](const auto& x) { return x.first == token; });
}

void frame_ring::grow() {
  std::vector<entry> bigger(slots_.size() * 2);
  for (auto p = begin_; p != end_; ++p)
    bigger[p & (bigger.size() - 1)] = std::move(at(p));
  slots_ = std::move(bigger);
}

void frame_ring::note_gone(const frame& x) {
  unread_run run{x.epoch, x.sequence};
  if (gone_.empty() || gone_.back().first.epoch != x.epoch) {
    gone_.erase(std::remove_if(gone_.begin(), gone_.end(),
                               [&](auto& y) {
                                 return y.first.epoch == x.epoch;
                               }),
                gone_.end());
    if (gone_.size() >= max_runs)
      gone_.erase(gone_.begin());
    gone_.emplace_back();
  }
  gone_.back() = {run, begin_};
  if (remembered_.size() < max_remembered)
    remembered_.emplace_back();
  remembered_[begin_ % max_remembered] = {x.epoch, x.sequence,
                                          x.capture_mono_ns + x.offset_ns,
                                          begin_};
}

void frame_ring::drop_oldest() {
  auto& x = at(begin_);
  note_gone(*x.frame);
  bytes_ -= x.frame->jpeg.footprint();
  charged_ -= charge_of(*x.frame);
  if (shared_)
    shared_->subtract(charge_of(*x.frame));
  x.frame.reset();
  ++begin_;
}

} // namespace camnode
