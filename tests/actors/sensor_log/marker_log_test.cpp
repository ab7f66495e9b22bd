#define CAF_SUITE marker_log
#include "tests/camnode_test.hpp"

#include "actors/sensor_log/sensor_log.hpp"
#include "tests/actors/sensor_log/sensor_log_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

const std::string header = "time_ns,text,source\n";

struct fixture : sensor_log_fixture {
  fixture() {
    topic_mark = "command/mark";
  }

  void mark(int64_t at_ms, const std::string& payload, bool retained = false) {
    read(at_ms, payload, "command/mark", retained);
  }

  /// A marker that somebody sets without the broker.
  void push(int64_t at_ms, const std::string& payload) {
    mqtt_message x{marker_topic, payload, session.anchor_mono_ns + at_ms * ms};
    x.source = "api";
    queue->push(std::move(x));
  }

  static std::string marker(int64_t at_ms, const std::string& rest) {
    return std::to_string((start_ms + at_ms) * ms) + "," + rest + "\n";
  }

  topic_figures marks() const {
    return books(marker_topic);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(marker_log_tests, fixture)

CAF_TEST(markers are in files that are cut like those of sensors) {
  record();
  CAF_CHECK(!broker.subscribed("command/mark")); // There is no broker yet.
  broker.come_up();
  consume_messages();
  CAF_CHECK(broker.subscribed("command/mark"));
  mark(100, "door opened");
  push(200, R"({"text":"feed","grams":2})");
  read(300, "1");
  mark(10'000, "door closed");
  stop_at(11'000);
  advance(12s);
  CAF_CHECK_EQUAL(content(marker_topic, 0, 10'000),
                  "time_ns,text,source,grams\n"
                    + marker(100, "door opened,mqtt,")
                    + marker(200, "feed,api,2"));
  CAF_CHECK_EQUAL(content(marker_topic, 10'000, 11'000),
                  "time_ns,text,source,grams\n"
                    + marker(10'000, "door closed,mqtt,"));
  CAF_CHECK_EQUAL(marks().received, 3u);
  CAF_CHECK_EQUAL(marks().durable, 3u);
  CAF_CHECK_EQUAL(marks().files.size(), 2u);
  CAF_CHECK_EQUAL(books().received, 1u);
}

CAF_TEST(a marker that was pushed is durable within a second) {
  record();
  advance(500ms);
  push(500, "door");
  advance(750ms);
  CAF_CHECK_EQUAL(marks().durable, 1u);
}

CAF_TEST(markers that come while nothing is recorded are counted and told) {
  start_log();
  mark(0, "door");
  advance(2s);
  CAF_CHECK_EQUAL(board->markers(now_ns).outside, 1u);
  CAF_CHECK_EQUAL(board->markers(now_ns).last_error,
                  "nothing is being recorded");
  CAF_CHECK_EQUAL(board->outside(), 0u);
  CAF_CHECK_EQUAL(+board->totals()[marker_topic].received, 1u);
  advance(60s);
  CAF_CHECK_EQUAL(board->markers(now_ns).last_error, "");
}

CAF_TEST(markers that are none are in the books with the reason) {
  record();
  mark(1, "{}");
  mark(2, std::string(5000, 'x'));
  mark(3, "old", true);
  mark(4, "good");
  auto x = marks();
  CAF_CHECK_EQUAL(x.received, 4u);
  CAF_CHECK_EQUAL(x.written, 1u);
  CAF_CHECK_EQUAL(x.rejected.size(), 3u);
  CAF_CHECK_EQUAL(x.rejected[stale], 1u);
  CAF_CHECK_EQUAL(board->markers(now_ns).last_error, stale);
}

CAF_TEST(markers that there is no room for are told) {
  record();
  for (int i = 0; i < 9'000; ++i)
    push(1, std::string(4096, 'x'));
  advance(2s);
  auto x = marks();
  CAF_CHECK_EQUAL(x.received, 9'000u);
  CAF_CHECK(x.rejected[too_many_at_once] > 0);
  CAF_CHECK_EQUAL(board->markers(now_ns).last_error, too_many_at_once);
}

CAF_TEST(markers have a place though there are as many topics as may be) {
  record();
  for (size_t i = 0; i <= sensor_log::max_topics; ++i)
    read(1, "1", "sensor/" + std::to_string(i));
  mark(2, "door");
  CAF_CHECK_EQUAL(marks().written, 1u);
  CAF_CHECK_EQUAL(books(further_topics).received, 1u);
}

CAF_TEST(a marker is none of the readings of a filter that covers it) {
  topics = "#";
  record();
  broker.come_up();
  consume_messages();
  CAF_CHECK_EQUAL(broker.filters, std::vector<std::string>{"#"});
  mark(1, "door");
  CAF_CHECK_EQUAL(marks().written, 1u);
  CAF_CHECK_EQUAL(books("command/mark").received, 0u);
}

CAF_TEST(a marker without room for its columns has them in its text) {
  record();
  for (int i = 0; i < 20; ++i) {
    std::string payload = "{\"text\":\"a\"";
    for (int k = 0; k < 60; ++k)
      payload += ",\"" + std::to_string(i * 60 + k) + "\":1";
    mark(i, payload + "}");
  }
  CAF_CHECK_EQUAL(marks().written, 20u);
  stop_at(100);
  advance(1s);
  auto records = parse_csv(content(marker_topic, 0, 100));
  CAF_REQUIRE(records);
  CAF_CHECK_EQUAL(records->size(), 21u);
  CAF_CHECK_EQUAL(records->at(0).size(), 3u + 17 * 60);
  CAF_CHECK_EQUAL(records->at(1)[1], "a");
  CAF_CHECK_EQUAL(records->at(20)[1].substr(0, 19),
                  "{\"text\":\"a\",\"1140\":");
}

CAF_TEST(no marker is older than one before it) {
  record();
  push(10'001, "after the cut");
  push(9'999, "before it");
  push(10'002, "after it");
  stop_at(11'000);
  advance(12s);
  CAF_CHECK_EQUAL(content(marker_topic, 10'000, 11'000),
                  header + marker(10'001, "after the cut,api")
                    + marker(10'001, "before it,api")
                    + marker(10'002, "after it,api"));
  CAF_CHECK_EQUAL(marks().durable, 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()
