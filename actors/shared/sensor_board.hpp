#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// What became of the readings of one topic in a session.
struct topic_figures {
  uint64_t received = 0;
  uint64_t written = 0;
  uint64_t durable = 0;
  std::map<std::string, uint64_t> rejected; ///< By reason.
  std::vector<std::string> files;           ///< Finished ones, without folder.
  uint64_t last_index = 0; ///< Of the last cut that has a file.
  bool has_file = false;   ///< Whether there is such a cut.
};

/// The books of the sensors in one session: received = written + rejected.
/// Outlives the SENSOR LOG. Any thread.
class sensor_board {
public:
  using topics = std::map<std::string, topic_figures>;

  /// Opens the books of a session; keeps them if they are open already.
  void begin(int64_t session_ms) {
    std::lock_guard<std::mutex> guard{mutex_};
    if (session_ms_ == session_ms)
      return;
    session_ms_ = session_ms;
    finished_ = false;
    topics_.clear();
    last_error_.clear();
  }

  /// Goes on with the books that an earlier process left.
  void restore(int64_t session_ms, topics books) {
    std::lock_guard<std::mutex> guard{mutex_};
    session_ms_ = session_ms;
    finished_ = false;
    topics_ = std::move(books);
  }

  void finish() {
    std::lock_guard<std::mutex> guard{mutex_};
    finished_ = true;
  }

  /// Whether all readings of session `session_ms` are in their files.
  bool finished(int64_t session_ms) const {
    std::lock_guard<std::mutex> guard{mutex_};
    return finished_ && session_ms_ == session_ms;
  }

  void failed(std::string error) {
    std::lock_guard<std::mutex> guard{mutex_};
    last_error_ = std::move(error);
  }

  std::string last_error() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return last_error_;
  }

  /// Changes the figures of one topic by `f(topic_figures&)`.
  template <class F>
  void update(const std::string& topic, F f) {
    std::lock_guard<std::mutex> guard{mutex_};
    f(topics_[topic]);
  }

  /// The books of session `session_ms`, none if those of another one are open;
  /// for 0, those of the last session.
  topics look(int64_t session_ms = 0) const {
    std::lock_guard<std::mutex> guard{mutex_};
    return session_ms == 0 || session_ms == session_ms_ ? topics_ : topics{};
  }

private:
  mutable std::mutex mutex_;
  int64_t session_ms_ = 0;
  bool finished_ = true;
  std::string last_error_;
  topics topics_;
};

using sensor_board_ptr = std::shared_ptr<sensor_board>;

} // namespace camnode
