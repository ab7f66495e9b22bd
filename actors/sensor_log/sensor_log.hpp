#pragma once

#include "actors/sensor_log/csv_table.hpp"
#include "actors/sensor_log/sensor_file.hpp"
#include "actors/shared/mqtt_client.hpp"
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
#include <string>

namespace camnode {

struct sensor_log_options {
  std::string client_name;
  std::string topics;             ///< The filter to subscribe to.
  std::filesystem::path dir;      ///< One folder per topic is made in here.
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
  stop_line_ptr stop;
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
  void take(const mqtt_message& x);

  /// Keeps a reading that may belong to a session which is just beginning.
  void remember(const mqtt_message& x);
  void forget_oldest();

  /// Counts readings that there was no room for.
  void note_dropped(uint64_t n);

  /// @returns Why the reading is not written.
  caf::error write(const mqtt_message& x, int64_t session_ns);
  caf::error open_file(const std::string& topic, topic_log& log,
                       const segment_span& span, int64_t time_ms);
  void close_file(const std::string& topic, topic_log& log, int64_t end_ms);
  caf::error try_close(const std::string& topic, topic_log& log,
                       int64_t end_ms);
  void close_all(int64_t end_ms);

  void beat();
  void sync();
  void finish();
  void reject(const std::string& topic, const std::string& reason);
  void fail(const std::string& topic, const caf::error& err);

  /// Takes back, in the books, what the disk did not promise.
  void take_back(const std::string& topic);

  const sensor_log_options options_;
  const make_mqtt_client make_client_;
  const sensor_board_ptr board_;
  mqtt_client_ptr client_;
  session_info session_;
  std::deque<mqtt_message> recent_; ///< While there is no session.
  size_t recent_bytes_ = 0;         ///< Of their payloads.
  std::map<std::string, topic_log> topics_;
  uint64_t readings_ = 0; ///< Written, of all topics.
};

} // namespace camnode
