#pragma once

#include "actors/base/live_feed.hpp"
#include "actors/shared/disk_board.hpp"
#include "actors/shared/sensor_board.hpp"
#include "messages/session_info.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace camnode {

/// What can be said of a client beside its cameras: what its supervisor has
/// heard from its children, and their books. Any thread.
class client_board {
public:
  const sensor_board_ptr sensors = std::make_shared<sensor_board>();
  const disk_board_ptr disk = std::make_shared<disk_board>();
  std::atomic<bool> broker_up{false};
  live_feed lights; ///< Each truth light, as it comes.

  void set_session(session_info x) {
    std::lock_guard<std::mutex> guard{mutex_};
    session_ = std::move(x);
  }

  session_info session() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return session_;
  }

  /// @param x The truth light, as JSON.
  void set_truth(std::string x) {
    {
      std::lock_guard<std::mutex> guard{mutex_};
      truth_ = x;
    }
    lights.tell(x);
  }

  /// Empty before the first one.
  std::string truth() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return truth_;
  }

  /// @param x Where people find the page of the status port, and get in.
  void set_page(std::string x) {
    std::lock_guard<std::mutex> guard{mutex_};
    page_ = std::move(x);
  }

  /// Empty before the port is open.
  std::string page() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return page_;
  }

private:
  mutable std::mutex mutex_;
  session_info session_;
  std::string truth_;
  std::string page_;
};

} // namespace camnode
