#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace camnode_test {

/// A TCP socket on a free port of 127.0.0.1, bound and not listening.
class loopback_socket {
public:
  loopback_socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address_), size) != 0
        || getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size) != 0)
      abort();
  }

  loopback_socket(const loopback_socket&) = delete;

  ~loopback_socket() {
    close(fd_);
  }

  int fd() const {
    return fd_;
  }

  uint16_t port() const {
    return ntohs(address_.sin_port);
  }

  const sockaddr_in& address() const {
    return address_;
  }

private:
  int fd_;
  sockaddr_in address_{};
};

/// Accepts connections, one after the other; sends each peer the same bytes
/// and waits until it goes.
class scripted_server {
public:
  explicit scripted_server(std::string says) : says_(std::move(says)) {
    if (listen(socket_.fd(), 16) != 0)
      abort();
    thread_ = std::thread{[this] { serve(); }};
  }

  ~scripted_server() {
    ending_ = true;
    shutdown(socket_.fd(), SHUT_RDWR);
    shutdown(peer_, SHUT_RDWR);
    thread_.join();
  }

  uint16_t port() const {
    return socket_.port();
  }

private:
  void serve() {
    while (!ending_) {
      auto peer = accept(socket_.fd(), nullptr, nullptr);
      if (peer < 0)
        return;
      peer_ = peer;
      if (!ending_)
        talk(peer);
      peer_ = -1;
      close(peer);
    }
  }

  void talk(int peer) {
    size_t sent = 0;
    while (sent < says_.size()) {
      auto n = send(peer, says_.data() + sent, says_.size() - sent,
                    MSG_NOSIGNAL);
      if (n <= 0)
        return;
      sent += static_cast<size_t>(n);
    }
    char buffer[4096];
    while (recv(peer, buffer, sizeof(buffer), 0) > 0)
      continue;
  }

  loopback_socket socket_;
  const std::string says_;
  std::atomic<int> peer_{-1};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

/// Accepts nothing: to a peer, it is a machine that does not answer.
class silent_server {
public:
  silent_server() {
    // A queue of one, which we fill: Linux then drops what knocks.
    if (listen(socket_.fd(), 0) != 0)
      abort();
    for (auto& fd : knockers_) {
      fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      auto& address = socket_.address();
      static_cast<void>(connect(fd, reinterpret_cast<const sockaddr*>(&address),
                                sizeof(address)));
    }
  }

  ~silent_server() {
    for (auto fd : knockers_)
      close(fd);
  }

  uint16_t port() const {
    return socket_.port();
  }

private:
  loopback_socket socket_;
  int knockers_[4];
};

} // namespace camnode_test
