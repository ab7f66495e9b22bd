#pragma once

#include "actors/sensor_log/csv_table.hpp"
#include "actors/sensor_log/sensor_file.hpp"
#include "actors/shared/held_folder.hpp"
#include "actors/shared/mqtt_client.hpp"
#include "actors/shared/mqtt_queue.hpp"
#include "actors/shared/observed.hpp"
#include "actors/shared/segment_schedule.hpp"
#include "actors/shared/sensor_board.hpp"
#include "actors/shared/stop_line.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace camnode {

struct sensor_log_options {
  std::string client_name;
  std::string topics;             ///< The filter to subscribe to.
  std::filesystem::path dir;      ///< One folder per topic is made in here.
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
  stop_line_ptr stop;

  /// What came and is not looked at yet: outlives the actor.
  mqtt_queue_ptr queue = std::make_shared<mqtt_queue>();

  held_folder_ptr folder = {}; ///< What `dir` is in; null: it stays.
};

/// Writes what the room's sensors publish while there is a session: a CSV file
/// per topic and segment, cut at the same instants as the cameras' files. A
/// reading belongs where its arrival falls on the session clock. A file that
/// fails loses its reading, counted with the reason, and is opened anew.
///
/// Blocks on the disk: runs detached.
class sensor_log : public observed<sensor_log_actor::base> {
public:
  /// Open files at a time stay well below a process's usual 1024 descriptors.
  static constexpr size_t max_topics = 512;

  sensor_log(caf::actor_config& cfg, const actor_context& context,
             sensor_log_options options, make_mqtt_client make_client,
             sensor_board_ptr board);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  struct topic_log {
    csv_table table;
    sensor_file file;
    segment_span span;   ///< Of `file`.
    int64_t last_ms = 0; ///< Of the last reading in it.
  };

  void begin(const session_info& x);

  /// What the connection to the broker reports, for this actor.
  mqtt_events events();

  /// Where the session ends, UTC ms; 0 while it has no end.
  int64_t stop_of_session_ms() const;

  /// What arrived then, or later, stays in the queue: it may be the next
  /// session's, and this actor has not heard of that yet.
  int64_t end_of_turn_ns() const;

  /// Takes what came up to now and is in the queue, for a while at most.
  /// @returns Whether that was all.
  bool drain();
  void take(const mqtt_message& x);

  /// Keeps a reading that may belong to a session which is just beginning.
  void remember(const mqtt_message& x);

  /// It belongs to none.
  void forget_oldest();
  void forget_before(int64_t arrival_ns);

  /// Counts readings that there was no room for.
  void note_dropped(uint64_t n);

  /// @returns Why the reading is not written.
  caf::error write(const mqtt_message& x, int64_t session_ns);
  caf::error open_file(const std::string& topic, topic_log& log,
                       const segment_span& span, int64_t time_ms);
  void close_file(const std::string& topic, topic_log& log, int64_t end_ms);
  caf::error try_close(const std::string& topic, topic_log& log,
                       int64_t end_ms);

  /// Closes the files that end before `session_ns`.
  /// @returns false if time is up before all are closed.
  bool close_over(int64_t session_ns);

  /// Likewise, with all files; they end at `end_ms` at the latest.
  bool close_all(int64_t end_ms);

  /// @returns Whether there is more to do, as soon as others had their turn.
  bool beat();

  /// Makes readings durable, of topic after topic.
  /// @returns false if time is up before all are.
  bool sync();

  /// The last files of the session are closed.
  void finish();
  int64_t end_of_session_ms() const;

  /// Whether this turn has lasted long enough: who asks whether this actor
  /// lives waits, and others do, too.
  bool time_is_up() const;
  void reject(const std::string& topic, const std::string& reason);
  void fail(const std::string& topic, const caf::error& err);

  /// Takes back, in the books, what the disk did not promise.
  void take_back(const std::string& topic);

  const sensor_log_options options_;
  const make_mqtt_client make_client_;
  const sensor_board_ptr board_;
  mqtt_client_ptr client_;
  session_info session_;
  std::deque<mqtt_message> recent_; ///< Of no session, as far as is known.
  size_t recent_bytes_ = 0;         ///< Of their payloads.
  std::map<std::string, topic_log> topics_;
  std::string synced_;    ///< The last topic that was synced.
  int64_t turn_ns_ = 0;   ///< When this turn began.
  uint64_t readings_ = 0; ///< Written, of all topics.
};

} // namespace camnode
