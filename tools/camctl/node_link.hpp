#pragma once

#include "messages/node_report.hpp"
#include "nodes/options/tls_files.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace camctl {

/// Where a node can be asked.
struct node_address {
  std::string host;
  uint16_t port = 0;

  std::string text() const;
};

/// @param x `host`, `host:port` or `[ipv6]:port`.
/// @returns Nothing if it is none of these.
std::optional<node_address> parse_address(const std::string& x,
                                          uint16_t default_port);

/// Asks nodes, over CAF's middleman. Each call answers within the timeout, and
/// every error is one line that says what is wrong at which address.
///
/// Whoever has used one ends with `_exit`: a peer that hangs in the middle of a
/// handshake would hold the end of CAF up for as long as it likes.
class node_link {
public:
  node_link(const camnode::tls_files& tls, std::chrono::milliseconds timeout);
  ~node_link();

  caf::expected<camnode::node_report> look(const node_address& at);
  /// Connects anew next time: a connection that has gone may otherwise show in
  /// a timeout alone.
  void forget(const node_address& at);

  caf::expected<std::string> metrics(const node_address& at);
  caf::expected<std::string> kill(const node_address& at,
                                  const std::string& actor);
  caf::expected<std::string> record(const node_address& at,
                                    const std::string& payload);
  caf::expected<std::string> set_level(const node_address& at,
                                       const std::string& level);

private:
  struct implementation;

  std::unique_ptr<implementation> impl_;
};

/// What `x` says, without the name of its code.
std::string words_of(const caf::error& x);

} // namespace camctl
