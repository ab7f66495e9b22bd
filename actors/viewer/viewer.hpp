#pragma once

#include "actors/shared/io_thread.hpp"
#include "actors/shared/observed.hpp"
#include "actors/shared/viewer_board.hpp"
#include "actors/viewer/frame_intake.hpp"
#include "actors/viewer/stream_connection.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>

namespace camnode {

/// What a VIEWER shares with those that outlive it.
struct viewer_parts {
  std::shared_ptr<frame_intake> intake;
  viewer_board_ptr board;

  /// Whether frames from before the first connection are wanted: while a
  /// session is on, they belong to it.
  std::function<bool()> want_past;
};

/// Owns the connection to one server: connects, tells legacy from HTTP,
/// notices silence, and connects again with back-off behind the last frame it
/// got, for as long as it lives. Its frames go into the pair's ring.
class viewer : public observed<viewer_actor::base> {
public:
  viewer(caf::actor_config& cfg, const actor_context& context, io_thread& io,
         viewer_parts parts, server_info server);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  void connect();
  void on_event(const stream_event& x);
  void retry_later(const std::string& reason);
  void show_figures();
  void show(const std::string& state);
  std::chrono::milliseconds stall_deadline() const;

  io_thread& io_;
  const viewer_parts parts_;
  server_info server_;
  std::unique_ptr<stream_connection> connection_;
  uint64_t attempt_ = 0;
  bool connected_ = false;
  int64_t connected_ns_ = 0; ///< When the present connection began.
  bool told_ = false;        ///< Whether the present outage is in the log.
  caf::timespan back_off_;
  uint64_t misnumbered_; ///< Of the board, as far as told.
};

} // namespace camnode
