#pragma once

#include "actors/observed/observed.hpp"
#include "messages/actors.hpp"
#include "nodes/inspection/inspection_port.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

struct inspector_parts {
  inspected_node node;
  std::vector<inspection_port_options> ports;
  open_inspection_port open;
};

/// INSPECTOR: keeps the ports open at which camctl looks inside this node, and
/// measures what its actors do in a second. A port that is taken, or has no
/// certificate that is valid now, is tried again: a node that records does not
/// end for that.
///
/// Opening and closing ports blocks: runs detached.
class inspector : public observed<inspector_actor::base> {
public:
  inspector(caf::actor_config& cfg, const actor_context& context,
            inspector_parts parts);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  struct way_in {
    inspection_port_options options;
    inspection_port_ptr port; ///< Null while it is not open.
    std::string complaint;    ///< What was last logged about it.
    int wait_beats = 0;       ///< Until it is tried again.
  };

  void beat();

  /// Closes a port at which nobody can be asked any more.
  /// @returns Whether it was one.
  bool close_useless(way_in& x);
  void open(way_in& x);
  void show_ways();

  const open_inspection_port open_;
  inspection_ptr node_;
  std::vector<way_in> ways_;
};

} // namespace camnode
