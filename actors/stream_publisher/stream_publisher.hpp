#pragma once

#include "actors/observed/certificate_watch.hpp"
#include "actors/observed/observed.hpp"
#include "actors/stream_publisher/stream_server.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>

namespace camnode {

/// Owns the stream port. The ring that it serves from outlives it, so that
/// readers who come back after a restart miss nothing. Ends with
/// `ec::listen_failed` where the port cannot be had.
class stream_publisher : public observed<stream_publisher_actor::base> {
public:
  /// @param on_open Hears the port that is open, on the actor's thread.
  stream_publisher(caf::actor_config& cfg, const actor_context& context,
                   io_thread& io, std::shared_ptr<frame_ring> ring,
                   stream_server_options options,
                   std::function<void(uint16_t port)> on_open);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  void show_figures();

  io_thread& io_;
  const std::shared_ptr<frame_ring> ring_;
  const stream_server_options options_;
  const std::function<void(uint16_t)> on_open_;
  certificate_watch certificate_;
  std::unique_ptr<stream_server> server_;
};

} // namespace camnode
