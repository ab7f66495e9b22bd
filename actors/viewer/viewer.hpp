#pragma once

#include "actors/base/io_thread.hpp"
#include "actors/observed/observed.hpp"
#include "actors/shared/viewer_board.hpp"
#include "actors/viewer/address_trial.hpp"
#include "actors/viewer/frame_intake.hpp"
#include "actors/viewer/server_addresses.hpp"
#include "actors/viewer/stream_connection.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// What a VIEWER shares with those that outlive it.
struct viewer_parts {
  std::shared_ptr<frame_intake> intake;
  viewer_board_ptr board;

  /// Whether frames from before the first connection are wanted: while a
  /// session is on, they belong to it.
  std::function<bool()> want_past;

  std::shared_ptr<frame_ring> ring; ///< That `intake` fills.

  /// What camnode servers are shown, and must show; null: nothing.
  server_keys_ptr keys = nullptr;
};

/// Owns the connection to one server: connects, tells legacy from HTTP,
/// notices silence, and connects again with back-off after the last frame it
/// got, for as long as it lives. Its frames go into the pair's ring.
///
/// An announcement is a claim. A connection that works goes on, wherever the
/// server is said to be meanwhile; who answers there is asked beside it.
/// Nothing is taken from a server that calls itself otherwise, or whose
/// certificate is not its own; nor from one that does not let us in. All are
/// alarms.
///
/// A server that costs too much is given longer and longer rests, up to a
/// minute; that, and what is lost to the bounds on each camera, is an alarm.
class viewer : public observed<viewer_actor::base> {
public:
  viewer(caf::actor_config& cfg, const actor_context& context, io_thread& io,
         viewer_parts parts, server_info server);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  void take_news(const server_info& x);
  void connect();
  void on_event(const stream_event& x);
  void on_connected(const stream_event& x);
  void alarm_of(const stream_event& x);
  void retry_later(const stream_event& x);

  /// How long to wait before the next try.
  caf::timespan rest_after(const stream_event& x);
  void retry_after(caf::timespan rest);

  /// Sends what `connection` or a trial of number `n` tells to this actor.
  std::function<void(stream_event)> teller(uint64_t n);

  /// Asks who is where the server is said to be, unless frames come from there.
  void try_claim();
  void judge_claim(const stream_event& x);
  void beat();

  /// @param text Empty: all is well.
  void set_alarm(const std::string& text);
  std::string alarm_name() const;
  void show_figures();

  /// What is wrong with this camera; empty: nothing.
  std::string concern();
  void show(const std::string& state);
  server_door door_at(const server_address& at) const;
  std::chrono::milliseconds stall_deadline() const;

  io_thread& io_;
  const viewer_parts parts_;
  server_info server_; ///< As announced.
  server_addresses addresses_;
  std::unique_ptr<stream_connection> connection_; ///< Null between attempts.
  uint64_t attempt_ = 0;
  int64_t attempt_ns_ = 0; ///< When it began.
  bool connected_ = false;
  int64_t connected_ns_ = 0; ///< When the present connection began.
  bool told_ = false;        ///< Whether the present outage is in the log.
  caf::timespan back_off_;
  caf::timespan waste_rest_{0}; ///< After the last wasteful one; 0: none was.
  std::string waste_;           ///< What that was.
  uint64_t given_up_ = 0;       ///< By the ring, as far as told.
  int64_t given_up_ns_ = 0;     ///< When that last grew.

  std::unique_ptr<address_trial> trial_;
  uint64_t trials_ = 0;
  server_address tried_; ///< Where the last trial was.
  int64_t tried_ns_ = 0; ///< When it began.

  /// Where the server answers, too, as a trial has shown.
  server_address granted_;
  std::string alarm_;
  int64_t alarm_ns_ = 0; ///< When it was last raised.
  uint64_t misnumbered_; ///< Of the board, as far as told.
};

} // namespace camnode
