#pragma once

#include <string>

namespace camnode {

/// A Unix socket of a node.
struct node_socket {
  std::string path; ///< Empty: none.

  /// Of its file. Who may open it may operate the node: its user, and of a
  /// service also its group.
  unsigned mode = 0600;
};

/// Where a node of that name has its Unix socket: `<name>.sock` in the folder
/// that systemd gives a service (`$RUNTIME_DIRECTORY`, systemd.exec(5)), or in
/// `$XDG_RUNTIME_DIR/camnode`, which is made. Where a client and a server of
/// one machine have one name, the later one has `<name>.2.sock`.
/// @returns None where there is neither folder.
node_socket usual_socket(const std::string& name);

} // namespace camnode
