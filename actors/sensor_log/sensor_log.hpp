#pragma once

#include "actors/base/held_folder.hpp"
#include "actors/base/log_pace.hpp"
#include "actors/base/mqtt_client.hpp"
#include "actors/base/mqtt_queue.hpp"
#include "actors/base/topic_filters.hpp"
#include "actors/observed/observed.hpp"
#include "actors/observed/subscriptions.hpp"
#include "actors/sensor_log/sensor_files.hpp"
#include "actors/shared/sensor_board.hpp"
#include "actors/shared/stop_line.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

struct sensor_log_options {
  std::string client_name;
  std::string topics;             ///< The `topic_filters` to subscribe to.
  std::filesystem::path dir;      ///< `data.dir`.
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
  stop_line_ptr stop;

  /// What came and is not looked at yet: outlives the actor.
  mqtt_queue_ptr queue = std::make_shared<mqtt_queue>();

  held_folder_ptr folder = {}; ///< What `dir` is in; null: it stays.
  std::string topic_mark = {}; ///< Where markers come; empty: nowhere.
};

/// Writes what the room's sensors publish while there is a session, and the
/// markers that people set: a CSV file per topic and segment, cut at the same
/// instants as the cameras' files. A reading belongs where its arrival falls on
/// the session clock. It stays in the queue until it is known where that is:
/// what comes from after the end of a session waits for the next one, for 1 s,
/// and a session begins when all readings of the one before are in their files.
///
/// Blocks on the disk: runs detached.
class sensor_log : public observed<sensor_log_actor::base> {
public:
  static constexpr size_t max_topics = sensor_files::max_topics;

  sensor_log(caf::actor_config& cfg, const actor_context& context,
             sensor_log_options options, make_mqtt_client make_client,
             sensor_board_ptr board);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  /// What the connection to the broker reports, for this actor.
  mqtt_events events();

  /// Subscribes to what is due, and says what came of that.
  void subscribe();

  void heard_of(const session_info& x);

  /// Goes on with the sessions, as far as time allows.
  /// @returns Whether that was all; else the rest is due as soon as others had
  ///          their turn.
  bool go_on();

  /// Goes on, and makes durable and closes what is due.
  /// @returns Whether that was all, as `go_on` does.
  bool beat();

  /// Where the session ends, UTC ms; 0 while it has no end.
  int64_t stop_of_session_ms() const;

  /// What arrived then, or later, stays in the queue.
  int64_t end_of_session_ns() const;

  /// Takes what came up to now and is in the queue, for a while at most.
  /// @returns Whether that was all.
  bool drain();

  /// Takes a reading from before the end of the session.
  void take(const mqtt_message& x);

  /// A message that belongs to no session.
  void reject_outside(const mqtt_message& x);

  /// A marker is in no file.
  void tell_refused(const std::string& why);

  /// Readings that came before that, and without a session, are nobody's.
  void forget_before(int64_t arrival_ns);

  /// Counts readings that there was no room for.
  void count_losses(int64_t before_ns);

  /// Whether this turn has lasted long enough: who asks whether this actor
  /// lives waits, and others do, too.
  bool time_is_up() const;

  const sensor_log_options options_;
  const topic_filters filters_;
  const make_mqtt_client make_client_;
  const sensor_board_ptr board_;
  subscriptions_ptr subscriptions_;
  mqtt_client_ptr client_;
  sensor_files files_;
  log_pace refusals_; ///< Of markers.
  session_info session_;
  std::deque<session_info> next_; ///< Sessions that wait for its end.
  int64_t turn_ns_ = 0;           ///< When this turn began.
};

} // namespace camnode
