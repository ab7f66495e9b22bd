#pragma once

#include "actors/observed/actor_directory.hpp"
#include "nodes/inspection/inspection.hpp"
#include "nodes/inspection/node_socket.hpp"
#include "nodes/options/tls_files.hpp"

#include <caf/expected.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// One way into a node.
struct inspection_port_options {
  node_socket socket; ///< Where it has a path, instead of all below.

  /// Where the socket is to be, anew for each attempt; empty: as it is.
  std::function<node_socket()> find_socket;
  std::string host; ///< An IP address.
  uint16_t port = 0;
  bool operates = false; ///< Whether it takes commands, too.
  tls_files tls;         ///< Needed where `host` is not of this machine alone.

  /// What a `port` of 0 came to, so that it is the same in each life of
  /// INSPECTOR; 0 before the first.
  std::shared_ptr<std::atomic<uint16_t>> chosen
    = std::make_shared<std::atomic<uint16_t>>(uint16_t{0});
};

/// A port that is open for as long as this lives.
class inspection_port {
public:
  virtual ~inspection_port() = default;

  /// 0 for a Unix socket.
  virtual uint16_t number() const = 0;

  /// Looks whether somebody is still to be found there. Any thread.
  /// @returns Why nobody is, as when the certificate has expired; empty if
  ///          all is well.
  virtual std::string why_useless() const = 0;
};

using inspection_port_ptr = std::unique_ptr<inspection_port>;

/// Opens a port at which `node` answers. Blocks for a moment.
/// @param context What alarms and the certificate are named after.
/// @returns `ec::listen_failed` with address and reason, or
///          `ec::bad_configuration` where the certificates cannot be used.
using open_inspection_port = std::function<caf::expected<inspection_port_ptr>(
  const inspection_port_options& options, const inspection_ptr& node,
  const actor_context& context)>;

/// HTTP, with TLS where there are certificates, on a thread of its own. What
/// can be asked is in messages/wire/API.md. Certificates are read once, when it
/// opens.
caf::expected<inspection_port_ptr>
open_http_port(const inspection_port_options& options,
               const inspection_ptr& node, const actor_context& context);

} // namespace camnode
