#define CAF_SUITE sensor_log_fixture
#include "tests/camnode_test.hpp"

#include "tests/actors/sensor_log/sensor_log_fixture.hpp"

#include "actors/sensor_log/sensor_log.hpp"

namespace camnode_test {

sensor_log_fixture::sensor_log_fixture()
  : board(std::make_shared<camnode::sensor_board>()) {
  session.start_ms = start_ms;
  session.anchor_mono_ns = now_ns;
  session.segment_ms = 10'000;
}

sensor_log_fixture::~sensor_log_fixture() {
  end_actors();
}

void sensor_log_fixture::start_log() {
  camnode::sensor_log_options options{"desk",       topics, scratch.path(),
                                      slow_clock(), stop,   queue};
  options.topic_mark = topic_mark;
  testee = start<camnode::sensor_log>("sensor_log", options, broker.clients(),
                                      board);
}

void sensor_log_fixture::record() {
  start_log();
  tell(testee, session);
}

void sensor_log_fixture::stop_at(int64_t at_ms) {
  session.stop_ms = start_ms + at_ms;
  tell(testee, session);
}

} // namespace camnode_test
