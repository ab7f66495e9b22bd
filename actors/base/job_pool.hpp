#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace camnode {

/// A few threads that do for others what these must not wait for: what takes
/// its time, or a disk may hold up. Any thread.
class job_pool {
public:
  using job = std::function<void()>;

  /// @param max_waiting Jobs that nobody has begun, beyond which no new ones
  ///        are taken.
  job_pool(size_t threads, size_t max_waiting);

  /// Drops what nobody has begun. A thread that is at something is left behind,
  /// as a disk may hold it up.
  ~job_pool();

  job_pool(const job_pool&) = delete;
  job_pool& operator=(const job_pool&) = delete;

  /// Has `x`, which does not throw, done.
  /// @returns false if too many wait.
  bool run(job x);

  /// Has what is the next part of a job done, however many wait: whoever was
  /// let in need not be let in again. May outlive the pool; does nothing then.
  std::function<void(job)> further();

  /// Drops what nobody has begun, takes nothing any more, and waits for what is
  /// being done. Not on a thread of it.
  void finish();

private:
  class queue;

  const std::shared_ptr<queue> queue_;
  std::vector<std::thread> threads_;
};

} // namespace camnode
