#include "tools/bench/commands.hpp"
#include "tools/bench/sockets.hpp"

#include <sys/epoll.h>

#include <iostream>
#include <vector>

namespace camnode::bench {

namespace {

class stuck_crowd {
public:
  stuck_crowd(uint16_t port, size_t n) : port_(port), sockets_(n) {
    for (size_t i = 0; i < n; ++i)
      come(i);
  }

  void run() {
    for (;;)
      loop_.run_once(-1);
  }

private:
  void come(size_t i) {
    sockets_[i] = connect_to(port_, "GET /stream.mjpg?mode=lossless HTTP/1.1"
                                    "\r\nHost: localhost\r\n\r\n");
    loop_.watch(sockets_[i].get(), EPOLLRDHUP, [this, i] {
      loop_.forget(sockets_[i].get());
      come(i);
    });
  }

  const uint16_t port_;
  event_loop loop_;
  std::vector<unique_fd> sockets_;
};

} // namespace

int run_stuck(const arguments& args) {
  auto port = static_cast<uint16_t>(std::stoi(args.word(0, "a port")));
  stuck_crowd{port, static_cast<size_t>(args.number("count", 1))}.run();
  return 0;
}

} // namespace camnode::bench
