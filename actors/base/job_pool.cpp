#include "actors/base/job_pool.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace camnode {

/// What the threads work on. Belongs to them, too, as they may outlive the
/// pool.
class job_pool::queue {
public:
  explicit queue(size_t threads, size_t max_waiting)
    : max_waiting_(max_waiting), busy_(threads) {
  }

  bool add(job x, bool further) {
    std::lock_guard<std::mutex> guard{mutex_};
    if (ended_ || (!further && waiting_.size() >= max_waiting_))
      return false;
    waiting_.push_back(std::move(x));
    changed_.notify_one();
    return true;
  }

  /// Does what comes, until the end.
  void work(size_t thread) {
    std::unique_lock<std::mutex> guard{mutex_};
    while (true) {
      changed_.wait(guard, [this] { return ended_ || !waiting_.empty(); });
      if (ended_)
        return;
      auto x = std::move(waiting_.front());
      waiting_.pop_front();
      busy_[thread] = true;
      guard.unlock();
      x();
      x = nullptr; // It may own the last of something.
      guard.lock();
      busy_[thread] = false;
    }
  }

  /// @returns Which threads are at something.
  std::vector<bool> end() {
    std::deque<job> dropped; // They may be the last to hold this queue.
    std::lock_guard<std::mutex> guard{mutex_};
    ended_ = true;
    dropped.swap(waiting_);
    changed_.notify_all();
    return busy_;
  }

private:
  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<job> waiting_;
  std::vector<bool> busy_; ///< By thread.
  bool ended_ = false;
};

job_pool::job_pool(size_t threads, size_t max_waiting)
  : queue_(std::make_shared<queue>(threads, max_waiting)) {
  for (size_t i = 0; i < threads; ++i)
    threads_.emplace_back([queue = queue_, i] {
      pthread_setname_np(pthread_self(), "camnode-jobs");
      queue->work(i);
    });
}

job_pool::~job_pool() {
  auto busy = queue_->end();
  for (size_t i = 0; i < threads_.size(); ++i)
    if (busy[i])
      threads_[i].detach();
    else
      threads_[i].join();
}

void job_pool::finish() {
  queue_->end();
  for (auto& x : threads_)
    x.join();
  threads_.clear();
}

bool job_pool::run(job x) {
  return queue_->add(std::move(x), false);
}

std::function<void(job_pool::job)> job_pool::further() {
  return [queue = queue_](job x) { queue->add(std::move(x), true); };
}

} // namespace camnode
