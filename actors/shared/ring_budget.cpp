#include "actors/shared/ring_budget.hpp"

#include "actors/shared/frame_ring.hpp"

#include <algorithm>

namespace camnode {

size_t ring_budget::share() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return bytes_ / std::max<size_t>(rings_.size(), 1);
}

void ring_budget::join(frame_ring* x) {
  std::lock_guard<std::mutex> guard{mutex_};
  rings_.push_back(x);
}

void ring_budget::leave(frame_ring* x) {
  std::lock_guard<std::mutex> guard{mutex_};
  rings_.erase(std::remove(rings_.begin(), rings_.end(), x), rings_.end());
}

bool ring_budget::settle() {
  if (used() <= bytes_)
    return true;
  std::lock_guard<std::mutex> guard{mutex_};
  while (used() > bytes_) {
    frame_ring* biggest = nullptr;
    auto most = bytes_ / std::max<size_t>(rings_.size(), 1);
    for (auto* x : rings_) {
      auto charge = x->charge();
      if (x->has_frames() && charge > most) {
        biggest = x;
        most = charge;
      }
    }
    if (biggest == nullptr)
      return false;
    biggest->let_go_for_others();
  }
  return true;
}

} // namespace camnode
