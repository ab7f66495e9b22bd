#include "tools/camctl/reachable.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace camctl {

namespace {

reach reach_of(const addrinfo& x, std::chrono::milliseconds patience) {
  auto type = x.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC;
  auto peer = socket(x.ai_family, type, x.ai_protocol);
  if (peer < 0)
    return reach::refused;
  auto error = connect(peer, x.ai_addr, x.ai_addrlen) == 0 ? 0 : errno;
  pollfd state{peer, POLLOUT, 0};
  auto answered = error != EINPROGRESS
                  || poll(&state, 1, static_cast<int>(patience.count())) == 1;
  if (error == EINPROGRESS && answered) {
    socklen_t size = sizeof(error);
    getsockopt(peer, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  close(peer);
  if (!answered)
    return reach::silent;
  return error == 0 ? reach::there : reach::refused;
}

} // namespace

reach reach_of(const std::string& host, uint16_t port,
               std::chrono::milliseconds patience) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found)
      != 0)
    return reach::unknown_host;
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> all{found, freeaddrinfo};
  auto result = reach::refused;
  for (auto x = found; x != nullptr; x = x->ai_next) {
    auto y = reach_of(*x, patience);
    if (y == reach::there)
      return y;
    if (y == reach::silent)
      result = y;
  }
  return result;
}

} // namespace camctl
