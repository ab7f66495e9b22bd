#pragma once

#include "nodes/inspection/certificates.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// Connections at a time, at one port. With one more, whoever has been there
/// for longest without a word of CAF's protocol makes room, or else whoever has
/// asked nothing for longest, and for longer than `door_patience`; where nobody
/// has, the one more is closed.
constexpr int max_connections = 32;

/// How long a connection may say nothing.
struct door_patience {
  /// At any time. camctl says something each second, as `inspection_config` has
  /// it.
  std::chrono::milliseconds word{5'000};

  /// Where others wait for its place. camctl asks each second, or leaves;
  /// heartbeats are no questions.
  std::chrono::milliseconds question{60'000};
};

/// The door of an inspection port: takes connections, with TLS where it is
/// wanted, and passes the bytes of each on through a pair of sockets. Whoever
/// does not say a word of CAF's protocol within 5 s, at any time, is closed, as
/// is who says what camctl does not (`basp_gate`), before CAF sees it: so
/// strangers cost a socket for as long, and reach nothing behind the door. Has
/// a thread of its own, as TLS takes its time, and streams should not notice.
class inspection_door {
public:
  /// Takes the inner end of a connection, on the door's thread.
  using take_peer = std::function<void(int socket)>;

  virtual ~inspection_door() = default;

  virtual uint16_t number() const = 0;

  /// Takes no more connections, and calls nobody from now on. Those that are
  /// there may hear what is still to be said, for half a second.
  virtual void stop() = 0;
};

using inspection_door_ptr = std::unique_ptr<inspection_door>;

/// @param host An IP address.
/// @param port 0: any free one.
/// @param tls Null for a door without TLS.
/// @returns `ec::listen_failed` with address and reason.
caf::expected<inspection_door_ptr> open_inspection_door(
  const std::string& host, uint16_t port, const tls_context_ptr& tls,
  inspection_door::take_peer take, const door_patience& patience = {});

} // namespace camnode
