#include "nodes/server/server_supervisor.hpp"

#include <utility>

namespace camnode {

server_supervisor::server_supervisor(caf::actor_config& cfg,
                                     const actor_context& context,
                                     server_parts parts)
  : supervisor(cfg, context),
    parts_(std::move(parts)),
    port_(std::make_shared<std::atomic<uint16_t>>(uint16_t{0})) {
}

server_supervisor::behavior_type server_supervisor::make_behavior() {
  set_down_handler([this](caf::down_msg& x) { on_down(x); });
  show_state("running");
  add_inspector(0, parts_.inspect);
  if (parts_.make_source)
    add_child("camera", 0, [this](const actor_context& context) {
      return caf::actor_cast<caf::actor>(
        spawn<camera>(context, parts_.make_source, parts_.ring, parts_.board,
                      parts_.camera_patience));
    });
  add_child("stream_publisher", 0, [this](const actor_context& context) {
    *port_ = 0;
    return caf::actor_cast<caf::actor>(
      spawn<stream_publisher>(context, *parts_.io, parts_.ring, parts_.stream,
                              [port = port_](uint16_t x) { *port = x; }));
  });
  add_child("discovery", 0, [this](const actor_context& context) {
    return caf::actor_cast<caf::actor>(spawn<announcer, caf::detached>(
      context, parts_.announce, parts_.make_client,
      [port = port_] { return port->load(); }, parts_.ring));
  });
  delayed_send(this, look_interval, beat_atom_v);
  return {
    [this](restart_atom, const std::string& name, uint64_t life) {
      restart(name, life);
    },
    [this](kill_atom, const std::string& name) { kill_child(name); },
    [this](stop_atom) { stop_children(); },
    [this](stop_atom, int phase) { give_up_phase(phase); },
    [this](beat_atom) {
      look_after_children();
      delayed_send(this, look_interval, beat_atom_v);
    },
  };
}

void server_supervisor::on_exit() {
  forget_children();
}

} // namespace camnode
