#define CAF_SUITE subscriptions
#include "tests/camnode_test.hpp"

#include "actors/observed/subscriptions.hpp"
#include "tests/actors/fake_mqtt.hpp"

using namespace camnode;
using namespace camnode_test;

namespace {

constexpr int64_t s = 1'000'000'000;

struct fixture {
  fixture() : client(broker.clients()("me", std::nullopt, events())) {
  }

  mqtt_events events() {
    mqtt_events result;
    result.on_up = [] {};
    result.on_down = [](const std::string&) {};
    result.on_subscribed = [this](const std::string& filter,
                                  const std::string& refusal) {
      testee.answered(filter, refusal, now_ns);
    };
    return result;
  }

  std::string keep_up(int64_t at_ns) {
    now_ns = at_ns;
    return testee.keep_up(*client, alarms, at_ns);
  }

  std::string alarm() {
    return alarms.look()["subscriptions/finder"];
  }

  int64_t now_ns = 0;
  alarm_board alarms;
  subscriptions testee{"finder", {"a", "b"}};
  fake_broker broker;
  mqtt_client_ptr client;
};

using texts = std::vector<std::string>;

const std::string trouble
  = "no subscription to b: no right; what is published there does not come";

} // namespace

CAF_TEST_FIXTURE_SCOPE(subscriptions_tests, fixture)

CAF_TEST(each connection is asked once for what it grants) {
  CAF_CHECK_EQUAL(keep_up(0), "");
  CAF_CHECK(broker.filters.empty());
  testee.link_up(1);
  CAF_CHECK_EQUAL(keep_up(1), "");
  CAF_CHECK_EQUAL(keep_up(100 * s), "");
  CAF_CHECK_EQUAL(broker.filters, (texts{"a", "b"}));
  testee.link_down();
  testee.link_up(101 * s);
  keep_up(101 * s);
  CAF_CHECK_EQUAL(broker.filters, (texts{"a", "b", "a", "b"}));
  CAF_CHECK(testee.look()[1].granted);
  CAF_CHECK_EQUAL(+testee.look()[1].since_ns, 101 * s);
}

CAF_TEST(what is refused is told once and asked for again) {
  broker.refused = {"b"};
  testee.link_up(1);
  CAF_CHECK_EQUAL(keep_up(1), trouble);
  CAF_CHECK_EQUAL(alarm(), trouble);
  CAF_CHECK_EQUAL(keep_up(9 * s), "");
  CAF_CHECK_EQUAL(broker.filters.size(), 2u);
  CAF_CHECK_EQUAL(keep_up(11 * s), "");
  CAF_CHECK_EQUAL(broker.filters, (texts{"a", "b", "b"}));
  testee.link_down();
  testee.link_up(12 * s); // Nothing is better yet.
  auto still = testee.look()[1];
  CAF_CHECK_EQUAL(still.refusal, trouble);
  CAF_CHECK_EQUAL(still.since_ns, 1);
  broker.refused.clear();
  CAF_CHECK_EQUAL(keep_up(12 * s), "");
  CAF_CHECK_EQUAL(alarm(), "");
  CAF_CHECK(testee.look()[1].granted);
}

CAF_TEST(what is not answered is trouble after a while) {
  broker.silent = true;
  testee.link_up(0);
  CAF_CHECK_EQUAL(keep_up(0), "");
  CAF_CHECK_EQUAL(keep_up(9 * s), "");
  CAF_CHECK(keep_up(10 * s).find("no subscription to a: the broker does not "
                                 "answer")
            == 0);
  CAF_CHECK_EQUAL(+testee.look()[0].since_ns, 0);
  broker.silent = false;
  keep_up(20 * s);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(a listener that ends takes its alarm along) {
  broker.refused = {"b"};
  testee.link_up(0);
  keep_up(0);
  testee.end(alarms);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
