#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace camctl {

/// A way to a node: a Unix socket, or a TCP port.
struct node_address {
  std::string socket; ///< The path of a Unix socket; empty: it is a TCP port.
  std::string host;
  uint16_t port = 0;
  bool tls = false;    ///< Over TCP alone.
  std::string id = {}; ///< What its certificate is for; empty: the host.

  /// What people are shown: `10.0.0.7:4711`, `[::1]:4711`, or the path.
  std::string text() const;
};

using folder_list = std::vector<std::filesystem::path>;

/// What an address means that does not say all.
struct address_defaults {
  uint16_t port = 0;
  bool tls = false;
  folder_list folders; ///< Where the sockets of nodes are.
};

/// Where nodes of this machine have their sockets, the likeliest first:
/// `$XDG_RUNTIME_DIR/camnode`, where that is set, and `/run/camnode`.
folder_list socket_folders();

/// All `*.sock` in `folders`, in their order, and by name within each. Some may
/// be of nodes that have ended. Folders that cannot be read count as empty.
std::vector<node_address> sockets_in(const folder_list& folders);

/// @param x `host`, `host:port`, `[ipv6]:port`, either of them after `http://`
///        or `https://`; the path of a socket, which has a slash; or the id of
///        a node that has its socket in one of the folders.
/// @returns Nothing if it is none of these.
std::optional<node_address> parse_address(const std::string& x,
                                          const address_defaults& defaults);

/// The shortest text that `parse_address` takes for `x`.
std::string short_text(const node_address& x, const folder_list& folders);

} // namespace camctl
