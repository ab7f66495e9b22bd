#pragma once

#include "actors/camera/camera.hpp"
#include "actors/discovery/announcer.hpp"
#include "actors/stream_publisher/stream_publisher.hpp"
#include "nodes/running/supervisor.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace camnode {

/// What a server is made of.
struct server_parts {
  io_thread* io = nullptr; ///< Outlives the actors.
  std::shared_ptr<frame_ring> ring;
  camera_board_ptr board;
  make_frame_source make_source; ///< Empty: no camera.
  camera::patience camera_patience;
  stream_server_options stream;
  announcer_options announce;
  make_mqtt_client make_client;
  inspector_parts inspect; ///< Without `node`, nobody looks inside.
};

/// The root of a server: CAMERA, STREAM PUBLISHER, DISCOVERY and INSPECTOR.
class server_supervisor : public supervisor<supervisor_actor::base> {
public:
  server_supervisor(caf::actor_config& cfg, const actor_context& context,
                    server_parts parts);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  const server_parts parts_;
  const std::shared_ptr<std::atomic<uint16_t>> port_; ///< Open now, or 0.
};

} // namespace camnode
