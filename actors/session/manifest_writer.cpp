#include "actors/session/manifest_writer.hpp"

#include "actors/base/file_ops.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

caf::error write_to_disk(const fs::path& path, const std::string& text, bool) {
  if (auto err = create_directories_synced(path.parent_path()))
    return err;
  return replace_file_synced(path, text);
}

/// What the thread works on. Belongs to it, too, as it may outlive the writer.
class manifest_queue {
public:
  explicit manifest_queue(write_manifest_file write)
    : write_(std::move(write)) {
  }

  uint64_t add(const fs::path& path, std::string text, bool tells_stop) {
    std::lock_guard<std::mutex> guard{mutex_};
    auto& x = slots_[path];
    x.waiting = std::move(text);
    x.tells_stop = tells_stop;
    changed_.notify_all();
    return ++x.asked;
  }

  manifest_progress look(const fs::path& path) const {
    std::lock_guard<std::mutex> guard{mutex_};
    auto i = slots_.find(path);
    return i == slots_.end() ? manifest_progress{} : i->second.progress;
  }

  void wait(const fs::path& path, caf::timespan patience) {
    std::unique_lock<std::mutex> guard{mutex_};
    changed_.wait_for(guard, patience, [&] {
      auto i = slots_.find(path);
      return i == slots_.end() || i->second.progress.tried == i->second.asked;
    });
  }

  void forget(const fs::path& path) {
    std::lock_guard<std::mutex> guard{mutex_};
    slots_.erase(path);
    changed_.notify_all();
  }

  /// Has `run` return as soon as nothing is being written.
  /// @returns Whether that is now.
  bool end() {
    std::lock_guard<std::mutex> guard{mutex_};
    ended_ = true;
    changed_.notify_all();
    return !busy_;
  }

  /// Writes what comes, until the end.
  void run() {
    std::unique_lock<std::mutex> guard{mutex_};
    while (!ended_) {
      auto i = std::find_if(slots_.begin(), slots_.end(), [](auto& x) {
        return x.second.waiting.has_value();
      });
      if (i == slots_.end()) {
        changed_.wait(guard);
        continue;
      }
      auto path = i->first;
      auto version = i->second.asked;
      auto text = *std::exchange(i->second.waiting, std::nullopt);
      auto tells_stop = i->second.tells_stop;
      busy_ = true;
      guard.unlock();
      auto err = write_(path, text, tells_stop);
      guard.lock();
      busy_ = false;
      note(path, version, err);
    }
  }

private:
  struct slot {
    uint64_t asked = 0;
    std::optional<std::string> waiting; ///< The newest version.
    bool tells_stop = false;            ///< Of that.
    manifest_progress progress;
  };

  void note(const fs::path& path, uint64_t version, const caf::error& err) {
    auto i = slots_.find(path);
    if (i == slots_.end())
      return;
    auto& x = i->second.progress;
    x.tried = version;
    x.error = err ? describe(err) : std::string{};
    if (!err)
      x.written = version;
    changed_.notify_all();
  }

  const write_manifest_file write_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<fs::path, slot> slots_;
  bool busy_ = false;
  bool ended_ = false;
};

class threaded_writer : public manifest_writer {
public:
  explicit threaded_writer(write_manifest_file write)
    : queue_(std::make_shared<manifest_queue>(std::move(write))) {
  }

  ~threaded_writer() override {
    auto idle = queue_->end();
    if (!thread_.joinable())
      return;
    if (idle)
      thread_.join();
    else
      thread_.detach();
  }

  uint64_t write(const fs::path& path, std::string text,
                 bool tells_stop) override {
    std::call_once(started_, [this] {
      thread_ = std::thread{[queue = queue_] { queue->run(); }};
    });
    return queue_->add(path, std::move(text), tells_stop);
  }

  manifest_progress look(const fs::path& path) const override {
    return queue_->look(path);
  }

  void wait(const fs::path& path, caf::timespan patience) override {
    queue_->wait(path, patience);
  }

  void forget(const fs::path& path) override {
    queue_->forget(path);
  }

private:
  const std::shared_ptr<manifest_queue> queue_;
  std::once_flag started_;
  std::thread thread_;
};

} // namespace

manifest_writer_ptr new_manifest_writer(write_manifest_file write) {
  return std::make_shared<threaded_writer>(write ? std::move(write)
                                                 : write_to_disk);
}

} // namespace camnode
