#pragma once

#include <libcamera/libcamera.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace camnode {

/// What libcamera's thread tells the source's thread.
class libcamera_completions {
public:
  enum class news { request, silence, unplugged, stop };

  // Called by libcamera, which must not be kept waiting.

  void on_request(libcamera::Request* x) {
    // Cancelled ones come when the camera is stopped or unplugged.
    if (x->status() != libcamera::Request::RequestCancelled)
      tell([&] { done_.push_back(x); });
  }

  void on_unplugged() {
    tell([&] { unplugged_ = true; });
  }

  /// From now on `wait` returns `stop`.
  void stop() {
    tell([&] { stopped_ = true; });
  }

  /// Waits for what is next.
  /// @param limit How long a request may take; then there is `silence`.
  /// @param out Receives the oldest request that is complete.
  news wait(std::chrono::nanoseconds limit, libcamera::Request*& out) {
    std::unique_lock<std::mutex> guard{mutex_};
    auto told = changed_.wait_for(guard, limit, [&] {
      return stopped_ || unplugged_ || !done_.empty();
    });
    if (!told)
      return news::silence;
    if (stopped_)
      return news::stop;
    if (unplugged_)
      return news::unplugged;
    out = done_.front();
    done_.pop_front();
    return news::request;
  }

private:
  template <class F>
  void tell(F f) {
    {
      std::lock_guard<std::mutex> guard{mutex_};
      f();
    }
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<libcamera::Request*> done_; ///< As many as there are, at most.
  bool stopped_ = false;
  bool unplugged_ = false;
};

} // namespace camnode
