#pragma once

// Include it after `camnode_test.hpp`.

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace camnode_test {

/// A connection to a port of this machine, or to a Unix socket, that says
/// whatever the test wants.
class raw_peer {
public:
  explicit raw_peer(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    reach(where);
  }

  explicit raw_peer(const std::string& path)
    : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    std::memcpy(where.sun_path, path.data(), path.size());
    reach(where);
  }

  raw_peer(const raw_peer&) = delete;
  raw_peer& operator=(const raw_peer&) = delete;

  ~raw_peer() {
    close(fd_);
  }

  void say(const std::string& text) {
    // The other end may have closed: then there is nothing to say.
    send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }

  /// All that comes until the other end closes.
  std::string hear() {
    std::string result;
    char buffer[4096];
    ssize_t n = 0;
    while ((n = recv(fd_, buffer, sizeof(buffer), 0)) > 0)
      result.append(buffer, static_cast<size_t>(n));
    if (n < 0 && errno == EAGAIN)
      CAF_FAIL("the other end neither speaks nor closes");
    return result;
  }

  /// What comes, up to and including `end`.
  std::string hear_until(const std::string& end) {
    std::string result;
    char c = 0;
    while (result.find(end) == std::string::npos && recv(fd_, &c, 1, 0) == 1)
      result += c;
    return result;
  }

  /// Exactly `size` bytes, or what comes before the end.
  std::string hear_bytes(size_t size) {
    std::string result;
    char c = 0;
    while (result.size() < size && recv(fd_, &c, 1, 0) == 1)
      result += c;
    return result;
  }

  bool connected = false;

private:
  template <class Address>
  void reach(const Address& where) {
    timeval patience{30, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    connected = connect(fd_, reinterpret_cast<const sockaddr*>(&where),
                        sizeof(where))
                == 0;
  }

  const int fd_;
};

} // namespace camnode_test
