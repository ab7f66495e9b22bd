#include "tools/bench/sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace camnode::bench {

namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return result;
}

} // namespace

void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void set_nonblocking(int fd) {
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
    fail("fcntl");
}

listener listen_on_loopback() {
  listener result;
  result.fd = unique_fd{socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
  auto address = loopback(0);
  socklen_t size = sizeof(address);
  auto raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(result.fd.get(), raw, size) != 0
      || listen(result.fd.get(), SOMAXCONN) != 0
      || getsockname(result.fd.get(), raw, &size) != 0)
    fail("listen");
  result.port = ntohs(address.sin_port);
  return result;
}

unique_fd accept_one(int listening_fd) {
  unique_fd result{accept4(listening_fd, nullptr, nullptr, SOCK_NONBLOCK)};
  int on = 1;
  if (result)
    setsockopt(result.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return result;
}

unique_fd connect_to(uint16_t port, const std::string& request) {
  unique_fd result{socket(AF_INET, SOCK_STREAM, 0)};
  auto address = loopback(port);
  if (connect(result.get(), reinterpret_cast<sockaddr*>(&address),
              sizeof(address))
      != 0)
    fail("connect to port " + std::to_string(port));
  if (!request.empty()
      && send(result.get(), request.data(), request.size(), 0)
           != static_cast<ssize_t>(request.size()))
    fail("send a request");
  set_nonblocking(result.get());
  return result;
}

event_loop::event_loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_)
    fail("epoll_create1");
}

void event_loop::watch(int fd, uint32_t events, handler f) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  handlers_[fd] = std::make_shared<handler>(std::move(f));
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    fail("epoll_ctl");
}

void event_loop::forget(int fd) {
  handlers_.erase(fd);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void event_loop::run_once(int timeout_ms) {
  epoll_event events[64];
  auto n = epoll_wait(epoll_.get(), events, 64, timeout_ms);
  for (int i = 0; i < n; ++i) {
    auto found = handlers_.find(events[i].data.fd);
    if (found == handlers_.end())
      continue; // Forgotten by a handler before.
    auto f = found->second;
    (*f)();
  }
}

} // namespace camnode::bench
