#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <mutex>
#include <utility>

namespace camnode {

/// The way from other threads to something that lives on an I/O thread, and may
/// end, with that thread, before they are done. Any thread.
class way_back {
public:
  explicit way_back(boost::asio::any_io_executor to) : to_(std::move(to)) {
  }

  /// Has `f` called on the I/O thread, unless the way is cut.
  template <class F>
  void post(F f) {
    std::lock_guard<std::mutex> guard{mutex_};
    if (to_)
      boost::asio::post(to_, std::move(f));
  }

  /// When it returns, nobody touches the I/O thread any more.
  void cut() {
    std::lock_guard<std::mutex> guard{mutex_};
    to_ = {};
  }

private:
  std::mutex mutex_;
  boost::asio::any_io_executor to_;
};

} // namespace camnode
