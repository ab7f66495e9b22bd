#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

namespace camnode {

class frame_ring;

/// The memory that several rings share, one for each camera. When they hold
/// more than that, the ring that has most lets go of its oldest frame, again
/// and again, until they fit. So a camera that takes no more than an equal
/// share of the memory never loses a frame to another one. Outlives its rings.
/// Any thread; costs a frame two atomic additions while there is room.
class ring_budget {
public:
  explicit ring_budget(size_t bytes) : bytes_(bytes) {
  }

  size_t bytes() const {
    return bytes_;
  }

  /// What the rings hold now, and what is on its way into them.
  size_t used() const {
    return used_.load(std::memory_order_relaxed);
  }

  /// What each ring may have, whatever the others do.
  size_t share() const;

  /// For the rings.
  void join(frame_ring* x);
  void leave(frame_ring* x);

  void add(size_t bytes) {
    used_.fetch_add(bytes, std::memory_order_relaxed);
  }

  void subtract(size_t bytes) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
  }

  /// Has rings let go of frames until all of them fit. The caller holds no
  /// ring's mutex.
  /// @returns Whether they fit; else no ring that has more than its share holds
  ///          a frame any more, and what is on its way is too much.
  bool settle();

private:
  const size_t bytes_;
  std::atomic<size_t> used_{0};
  mutable std::mutex mutex_;
  std::vector<frame_ring*> rings_;
};

} // namespace camnode
