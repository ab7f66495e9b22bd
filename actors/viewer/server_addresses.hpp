#pragma once

#include "messages/server_info.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace camnode {

/// Where a server is, or is said to be.
struct server_address {
  std::string ip;
  uint16_t port = 0;

  std::string text() const {
    return ip + ":" + std::to_string(port);
  }
};

inline bool operator==(const server_address& x, const server_address& y) {
  return x.ip == y.ip && x.port == y.port;
}

inline bool operator!=(const server_address& x, const server_address& y) {
  return !(x == y);
}

inline server_address address_of(const server_info& x) {
  return {x.ip, x.port};
}

/// Where to look for a server: where it was announced last, which anybody may
/// have done, and where it last was. They are tried in turn, so that neither a
/// wrong announcement nor a move costs a camera. Pure.
class server_addresses {
public:
  /// @param proven Where it was before; without an IP if that is not known.
  server_addresses(server_address announced, server_address proven)
    : announced_(std::move(announced)), proven_(std::move(proven)) {
  }

  void announce(server_address x) {
    announced_ = std::move(x);
  }

  /// Frames come from `current()`.
  void prove() {
    proven_ = current_;
  }

  /// What to try now.
  const server_address& next() {
    auto other = !proven_.ip.empty() && proven_ != announced_;
    current_ = other && !current_.ip.empty() && current_ != proven_
                 ? proven_
                 : announced_;
    return current_;
  }

  /// What `next` said last.
  const server_address& current() const {
    return current_;
  }

  const server_address& announced() const {
    return announced_;
  }

private:
  server_address announced_;
  server_address proven_;
  server_address current_;
};

} // namespace camnode
