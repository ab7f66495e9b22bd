#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace camnode {

/// A few threads that read from disks for others, who must not wait for one.
/// Any thread.
class disk_pool {
public:
  using job = std::function<void()>;

  /// @param max_waiting Jobs that nobody has begun, beyond which no new ones
  ///        are taken.
  disk_pool(size_t threads, size_t max_waiting);

  /// Drops what nobody has begun. A thread that a disk holds up is left behind.
  ~disk_pool();

  disk_pool(const disk_pool&) = delete;
  disk_pool& operator=(const disk_pool&) = delete;

  /// Has `x`, which does not throw, done.
  /// @returns false if too many wait.
  bool run(job x);

  /// Has what is the next part of a job done, however many wait: whoever was
  /// let in need not be let in again. May outlive the pool; does nothing then.
  std::function<void(job)> further();

private:
  class queue;

  const std::shared_ptr<queue> queue_;
  std::vector<std::thread> threads_;
};

} // namespace camnode
