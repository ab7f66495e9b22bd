#include "actors/base/io_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <pthread.h>

#include <future>

namespace camnode {

namespace asio = boost::asio;

struct io_thread::guard {
  asio::executor_work_guard<asio::io_context::executor_type> work;
};

io_thread::io_thread()
  // A concurrency hint of 1 is asio's word for: one thread runs it.
  : context_(new asio::io_context(1)),
    guard_(new guard{asio::make_work_guard(*context_)}),
    thread_([this] {
      pthread_setname_np(pthread_self(), "camnode-io");
      context_->run();
    }) {
}

io_thread::~io_thread() {
  context_->stop();
  thread_.join();
}

void run_and_wait(asio::io_context& io, const std::function<void()>& f) {
  std::promise<void> done;
  asio::post(io, [&] {
    f();
    done.set_value();
  });
  done.get_future().wait();
}

} // namespace camnode
