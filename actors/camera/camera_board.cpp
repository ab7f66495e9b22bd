#include "actors/camera/camera_board.hpp"

#include "messages/redaction.hpp"

#include <utility>

namespace camnode {

void camera_board::begin_life() {
  {
    std::lock_guard<std::mutex> guard{gap_mutex_};
    outage_.begin_life();
  }
  std::lock_guard<std::mutex> guard{state_mutex_};
  state_ = trouble_.empty() ? "starting"
                            : "starting again; before: " + trouble_;
}

void camera_board::lose(loss_place place, uint64_t n) {
  std::lock_guard<std::mutex> guard{gap_mutex_};
  if (n > 0)
    note_loss(place, n);
}

void camera_board::note_silence(int64_t ns) {
  std::lock_guard<std::mutex> guard{gap_mutex_};
  outage_.take_silence(ns);
}

int64_t camera_board::patience_ns() const {
  std::lock_guard<std::mutex> guard{gap_mutex_};
  return outage_.rhythm().patience_ns();
}

uint32_t camera_board::rate_mhz() const {
  std::lock_guard<std::mutex> guard{gap_mutex_};
  auto& rhythm = outage_.rhythm();
  return rhythm.is_known() && rhythm.is_steady() ? rhythm.rate_mhz() : 0;
}

void camera_board::note_loss(loss_place place, uint64_t n) {
  lost_[static_cast<size_t>(place)].fetch_add(n, std::memory_order_relaxed);
  auto first = sequence_.load(std::memory_order_relaxed) + 1;
  sequence_.store(first + n - 1, std::memory_order_relaxed);
  if (pending_.place == loss_place::none)
    pending_.first = first;
  pending_.last = first + n - 1;
  auto& here = pending_at_[static_cast<size_t>(place)];
  here += n;
  if (here >= pending_at_[static_cast<size_t>(pending_.place)])
    pending_.place = place;
}

uint64_t camera_board::take(int64_t capture_mono_ns, size_t bytes,
                            frame_gap& gap) {
  delivered_.fetch_add(1, std::memory_order_relaxed);
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  newest_ns_.store(capture_mono_ns, std::memory_order_relaxed);
  std::lock_guard<std::mutex> guard{gap_mutex_};
  auto away = outage_.take(capture_mono_ns);
  // What has been counted already fell into the same time.
  auto counted = pending_.place == loss_place::none
                   ? 0
                   : pending_.last - pending_.first + 1;
  if (away > counted)
    note_loss(loss_place::source, away - counted);
  gap = std::exchange(pending_, {});
  pending_at_ = {};
  auto result = sequence_.load(std::memory_order_relaxed) + 1;
  sequence_.store(result, std::memory_order_relaxed);
  return result;
}

uint64_t camera_board::lost(loss_place place) const {
  return lost_[static_cast<size_t>(place)].load(std::memory_order_relaxed);
}

void camera_board::set_well() {
  std::lock_guard<std::mutex> guard{state_mutex_};
  state_ = "delivering";
  trouble_.clear();
}

void camera_board::set_trouble(std::string what) {
  // All who look at this node see it.
  what = without_credentials(what);
  std::lock_guard<std::mutex> guard{state_mutex_};
  state_ = what;
  trouble_ = std::move(what);
}

std::string camera_board::state() const {
  std::lock_guard<std::mutex> guard{state_mutex_};
  return state_;
}

std::string camera_board::trouble() const {
  std::lock_guard<std::mutex> guard{state_mutex_};
  return trouble_;
}

} // namespace camnode
