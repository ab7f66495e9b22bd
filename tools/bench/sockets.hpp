#pragma once

#include "actors/base/file_ops.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace camnode::bench {

/// @throws std::system_error with errno and `what`.
[[noreturn]] void fail(const std::string& what);

void set_nonblocking(int fd);

/// A port of 127.0.0.1 that is free, open for connections.
struct listener {
  unique_fd fd;
  uint16_t port = 0;
};

listener listen_on_loopback();

/// @returns The next connection, not blocking and without Nagle's delay; none
///          if nobody waits.
unique_fd accept_one(int listening_fd);

/// A connection to 127.0.0.1, not blocking, over which `request` was sent.
unique_fd connect_to(uint16_t port, const std::string& request);

/// Calls those who wait for a descriptor, on one thread, by epoll.
class event_loop {
public:
  using handler = std::function<void()>;

  event_loop();

  /// @param events EPOLLIN and so on.
  void watch(int fd, uint32_t events, handler f);

  /// To be called before `fd` is closed; a handler may do so.
  void forget(int fd);

  /// Waits for events, at most `timeout_ms` (-1: endless), and handles them.
  void run_once(int timeout_ms);

private:
  unique_fd epoll_;
  std::unordered_map<int, std::shared_ptr<handler>> handlers_;
};

} // namespace camnode::bench
