#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace camnode {

/// Lets a thread wait for points in time, and another one end the waiting.
class pacer {
public:
  using clock = std::chrono::steady_clock;

  /// Blocks until `when`.
  /// @returns false at once if, or as soon as, `stop` has been called.
  bool wait_until(clock::time_point when) {
    std::unique_lock<std::mutex> guard{mutex_};
    return !stopping_.wait_until(guard, when, [this] { return stopped_; });
  }

  void stop() {
    {
      std::lock_guard<std::mutex> guard{mutex_};
      stopped_ = true;
    }
    stopping_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

} // namespace camnode
