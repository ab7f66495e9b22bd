#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace camctl_test {

/// Somebody who listens at a port of 127.0.0.1, or at a Unix socket, hears one
/// request in each connection, says what the test wants, and hangs up.
class fake_node {
public:
  using talk = std::function<void(int peer)>;

  explicit fake_node(talk answer, const std::filesystem::path& socket = {})
    : answer_(std::move(answer)), ear_(open(socket)) {
    thread_ = std::thread{[this] { serve(); }};
  }

  ~fake_node() {
    shutdown(ear_, SHUT_RDWR);
    thread_.join();
    close(ear_);
  }

  fake_node(const fake_node&) = delete;

  uint16_t port() const {
    sockaddr_in at = {};
    socklen_t size = sizeof(at);
    getsockname(ear_, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
  }

  /// The last request.
  std::string heard() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return heard_;
  }

  // -- what it may say --------------------------------------------------------

  /// @returns Whether somebody takes it.
  static bool say(int peer, const std::string& text) {
    for (size_t n = 0; n < text.size();) {
      auto sent = send(peer, text.data() + n, text.size() - n, MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      n += static_cast<size_t>(sent);
    }
    return true;
  }

  static talk saying(const std::string& text) {
    return [text](int peer) { say(peer, text); };
  }

  /// Says `text`, and then nothing until the other side hangs up.
  static talk saying_and_waiting(const std::string& text) {
    return [text](int peer) {
      char byte;
      say(peer, text);
      while (recv(peer, &byte, 1, 0) > 0)
        ;
    };
  }

  /// Says `begin`, and then `text` for as long as somebody listens.
  static talk saying_for_ever(const std::string& begin,
                              const std::string& text) {
    return [begin, text](int peer) {
      for (auto open = say(peer, begin); open;)
        open = say(peer, text);
    };
  }

  static std::string http(const std::string& status, const std::string& type,
                          const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Type: "
           + type + "\r\nContent-Length: " + std::to_string(body.size())
           + "\r\n\r\n" + body;
  }

private:
  static int open(const std::filesystem::path& socket) {
    auto local = !socket.empty();
    auto result = ::socket(local ? AF_UNIX : AF_INET,
                           SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un path = {};
    path.sun_family = AF_UNIX;
    std::strncpy(path.sun_path, socket.c_str(), sizeof(path.sun_path) - 1);
    sockaddr_in loopback = {};
    loopback.sin_family = AF_INET;
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (local)
      bind(result, reinterpret_cast<sockaddr*>(&path), sizeof(path));
    else
      bind(result, reinterpret_cast<sockaddr*>(&loopback), sizeof(loopback));
    listen(result, 8);
    return result;
  }

  void serve() {
    for (;;) {
      auto peer = accept(ear_, nullptr, nullptr);
      if (peer < 0)
        return;
      hear(peer);
      answer_(peer);
      close(peer);
    }
  }

  void hear(int peer) {
    std::string text;
    char piece[4096];
    for (;;) {
      auto n = recv(peer, piece, sizeof(piece), 0);
      if (n <= 0)
        break;
      text.append(piece, static_cast<size_t>(n));
      auto end = text.find("\r\n\r\n");
      if (end == std::string::npos)
        continue;
      auto length = text.find("Content-Length: ");
      auto body = length == std::string::npos
                    ? size_t{0}
                    : std::stoul(text.substr(length + 16));
      if (text.size() >= end + 4 + body)
        break;
    }
    std::lock_guard<std::mutex> guard{mutex_};
    heard_ = text;
  }

  const talk answer_;
  const int ear_;
  mutable std::mutex mutex_;
  std::string heard_;
  std::thread thread_;
};

} // namespace camctl_test
