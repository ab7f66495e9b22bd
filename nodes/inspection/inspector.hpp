#pragma once

#include "actors/base/http_pages.hpp"
#include "actors/observed/observed.hpp"
#include "messages/actors.hpp"
#include "nodes/inspection/inspection.hpp"
#include "nodes/inspection/node_socket.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace camnode {

struct inspector_parts {
  inspection_ptr node;

  /// Where the socket is to be, anew for each attempt. Empty: no socket.
  std::function<node_socket()> find_socket;
};

/// INSPECTOR: keeps the Unix socket open at which camctl looks inside this node
/// and operates it, and measures what its actors do in a second. A socket that
/// cannot be had is tried again: a node that records does not end for that.
///
/// Opening and closing blocks: runs detached.
class inspector : public observed<inspector_actor::base> {
public:
  inspector(caf::actor_config& cfg, const actor_context& context,
            inspector_parts parts);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  void beat();
  void open();

  const inspector_parts parts_;
  io_thread io_;                       ///< Its own: that of frames may be busy.
  std::unique_ptr<http_pages> socket_; ///< Null while it is not open.
  std::string complaint_;              ///< What was last logged about it.
  int wait_beats_ = 0;                 ///< Until it is tried again.
};

} // namespace camnode
