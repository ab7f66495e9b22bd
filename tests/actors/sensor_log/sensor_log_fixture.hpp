#pragma once

// What the tests of SENSOR LOG share. Include it after `camnode_test.hpp`.

#include "actors/base/mqtt_queue.hpp"
#include "actors/shared/sensor_board.hpp"
#include "actors/shared/stop_line.hpp"
#include "messages/disk/file_names.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/fake_mqtt.hpp"
#include "tests/scratch_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace camnode_test {

constexpr int64_t ms = 1'000'000;
constexpr int64_t start_ms = 1'800'000'000'000;

/// A log with a broker, a queue and a folder of the test's.
struct sensor_log_fixture : actor_fixture {
  sensor_log_fixture();
  ~sensor_log_fixture() override;

  void start_log();

  /// Each look takes `step_ns`.
  std::function<int64_t()> slow_clock() {
    return [this] { return now_ns += step_ns; };
  }

  void record();

  /// A reading that arrives `at_ms` after the session's start.
  void read(int64_t at_ms, const std::string& payload,
            const std::string& topic = "sensor/air", bool retained = false) {
    broker.deliver(topic, payload, session.anchor_mono_ns + at_ms * ms,
                   retained);
    consume_messages();
  }

  void stop_at(int64_t at_ms);

  /// A file of the log; times in its name are from the session's start.
  std::string content(const std::string& topic, int64_t from,
                      int64_t to) const {
    return content_of(folder(topic) / (stem(from, to) + ".csv"));
  }

  std::filesystem::path folder(const std::string& topic) const {
    return scratch.path() / *camnode::readings_folder(topic);
  }

  static std::string stem(int64_t from, int64_t to) {
    return camnode::piece_stem(start_ms + from, start_ms + to);
  }

  static std::string row(int64_t at_ms, const std::string& rest) {
    return std::to_string(start_ms + at_ms) + "," + rest + "\n";
  }

  camnode::topic_figures books(const std::string& topic = "sensor/air") const {
    return board->look()[topic];
  }

  scratch_directory scratch;
  fake_broker broker;
  camnode::stop_line_ptr stop = std::make_shared<camnode::stop_line>();
  camnode::sensor_board_ptr board;
  camnode::session_info session;
  camnode::sensor_log_actor testee;
  camnode::mqtt_queue_ptr queue = std::make_shared<camnode::mqtt_queue>();
  std::string topics = "sensor/#";
  std::string topic_mark;
  int64_t step_ns = 0;
};

using rejections = std::map<std::string, uint64_t>;

inline const std::string stale = "stored by the broker, not new";

} // namespace camnode_test
