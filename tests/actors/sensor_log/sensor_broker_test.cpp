#define CAF_SUITE sensor_broker
#include "tests/camnode_test.hpp"

#include "tests/actors/sensor_log/sensor_log_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(sensor_broker_tests, sensor_log_fixture)

CAF_TEST(a log subscribes whenever the broker comes up) {
  start_log();
  CAF_CHECK_EQUAL(broker.client_name, "desk-sensors");
  CAF_CHECK(broker.filters.empty());
  broker.come_up();
  broker.go_down();
  broker.come_up();
  consume_messages();
  CAF_CHECK_EQUAL(broker.filters,
                  (std::vector<std::string>{"sensor/#", "sensor/#"}));
}

CAF_TEST(a time without a broker is in the books) {
  record();
  broker.go_down(); // There never was one: nothing is missed.
  broker.come_up();
  consume_messages();
  CAF_CHECK(board->outages(start_ms).empty());
  advance(1s);
  read(1'000, "1");
  auto from_ns = now_ns; // Nobody knows how long it was really there.
  advance(1s);
  broker.go_down();
  advance(2s);
  broker.go_down(); // Still.
  broker.come_up();
  consume_messages();
  auto to_ns = now_ns;
  auto outages = board->outages(start_ms);
  CAF_REQUIRE_EQUAL(outages.size(), 1u);
  CAF_CHECK_EQUAL(outages[0].from_ns, from_ns);
  CAF_CHECK_EQUAL(outages[0].to_ns, to_ns);
  CAF_CHECK_EQUAL(board->last_error(), "");
  advance(20s);
  broker.go_down();
  CAF_CHECK_EQUAL(+board->outages(start_ms)[1].from_ns,
                  now_ns - 10'000 * ms); // As late as it is noticed.
  broker.come_up();
  consume_messages();
  end(testee); // Nobody hears the broker until the next life does.
  record();
  CAF_CHECK_EQUAL(board->outages(start_ms).size(), 3u);
  CAF_CHECK_EQUAL(+board->outages(start_ms)[2].to_ns, 0);
  stop_at(25'000);
  advance(2s);
  broker.come_up();
  consume_messages();
  CAF_CHECK_EQUAL(+board->outages(start_ms)[2].to_ns, 0); // To its end.
}

CAF_TEST(a time without a broker reaches into the next session) {
  record();
  broker.come_up();
  consume_messages();
  stop_at(50);
  advance(1s);
  broker.go_down();
  session.start_ms += 2'000;
  session.stop_ms = 0;
  tell(testee, session);
  CAF_CHECK_EQUAL(board->outages(session.start_ms).size(), 1u);
}

CAF_TEST(what a broker refuses is trouble until it is granted) {
  broker.refused = {"sensor/#"};
  record();
  broker.come_up();
  consume_messages();
  auto from_ns = now_ns;
  auto refusal = "no subscription to sensor/#: no right; what is published "
                 "there does not come";
  CAF_CHECK_EQUAL(board->last_error(), refusal);
  auto told = alarms.look();
  CAF_CHECK_EQUAL(told["subscriptions/sensor_log"], refusal);
  advance(9s);
  CAF_CHECK_EQUAL(broker.filters.size(), 1u);
  advance(2s);
  CAF_CHECK_EQUAL(broker.filters.size(), 2u); // Asked again.
  broker.go_down();                           // What comes later is as unknown.
  broker.come_up();
  consume_messages();
  broker.refused.clear();
  advance(11s);
  CAF_CHECK(alarms.look().empty());
  CAF_CHECK_EQUAL(board->last_error(), "");
  auto outages = board->outages(start_ms);
  CAF_REQUIRE_EQUAL(outages.size(), 2u);
  CAF_CHECK_EQUAL(outages[0].filter, "sensor/#");
  CAF_CHECK_EQUAL(outages[0].why, refusal);
  CAF_CHECK_EQUAL(outages[0].from_ns, from_ns);
  CAF_CHECK(outages[0].to_ns > from_ns + 20'000 * ms);
  CAF_CHECK(outages[0].to_ns <= now_ns);
  CAF_CHECK_EQUAL(outages[1].filter, "");
}

CAF_TEST(a subscription that nobody answers is trouble from the beginning) {
  broker.silent = true;
  record();
  broker.come_up();
  consume_messages();
  auto from_ns = now_ns;
  advance(9s);
  CAF_CHECK(board->outages(start_ms).empty());
  advance(2s);
  CAF_CHECK_EQUAL(alarms.look().size(), 1u);
  auto outages = board->outages(start_ms);
  CAF_REQUIRE_EQUAL(outages.size(), 1u);
  CAF_CHECK_EQUAL(outages[0].from_ns, from_ns);
  CAF_CHECK_EQUAL(outages[0].to_ns, 0);
}

CAF_TEST(a refusal reaches into the next session) {
  broker.refused = {"sensor/#"};
  record();
  broker.come_up();
  consume_messages();
  stop_at(50);
  advance(1s);
  session.start_ms += 2'000;
  session.anchor_mono_ns += 2'000 * ms;
  session.stop_ms = 0;
  tell(testee, session);
  CAF_REQUIRE_EQUAL(board->outages(session.start_ms).size(), 1u);
  auto outages = board->outages(session.start_ms);
  CAF_CHECK_EQUAL(outages[0].filter, "sensor/#");
}

CAF_TEST(filters that overlap do not double readings) {
  topics = "sensor/+/air, sensor/lab/+,door";
  record();
  broker.come_up();
  consume_messages();
  CAF_CHECK_EQUAL(broker.filters,
                  (std::vector<std::string>{"sensor/+/+", "door"}));
  read(10, "1", "sensor/lab/air");
  read(20, "1", "sensor/hall/air");
  read(30, "1", "sensor/hall/door"); // Comes, and nobody wanted it.
  read(40, "1", "door");
  CAF_CHECK_EQUAL(board->look().size(), 3u);
  CAF_CHECK_EQUAL(books("sensor/hall/door").received, 0u);
}

CAF_TEST(a missing broker is told) {
  start_log();
  broker.come_up();
  broker.go_down();
  consume_messages();
  CAF_CHECK_EQUAL(board->last_error(), "no broker: gone");
}

CAF_TEST_FIXTURE_SCOPE_END()
