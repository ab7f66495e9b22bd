#pragma once

#include <functional>
#include <memory>
#include <thread>

namespace boost::asio {
class io_context;
}

namespace camnode {

/// The one thread of a node on which all socket handlers run. Nothing on it
/// may block. Ends, with all that is queued, in the destructor.
class io_thread {
public:
  io_thread();
  ~io_thread();

  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;

  boost::asio::io_context& context() {
    return *context_;
  }

private:
  struct guard;

  std::unique_ptr<boost::asio::io_context> context_;
  std::unique_ptr<guard> guard_;
  std::thread thread_;
};

/// Runs `f` on the thread of `io` and waits for its end. Not on that thread.
void run_and_wait(boost::asio::io_context& io, const std::function<void()>& f);

} // namespace camnode
