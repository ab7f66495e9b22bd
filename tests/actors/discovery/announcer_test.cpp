#define CAF_SUITE announcer
#include "tests/camnode_test.hpp"

#include "tests/actors/discovery/announcer_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(announcer_tests, announcer_fixture)

CAF_TEST(a server that was asked before its port opened is announced) {
  port = 0;
  start_announcer();
  come_up();
  port = 8000;
  ask("camera/response/client");
  CAF_CHECK_EQUAL(announcements(), 0u);
  advance(2s);
  CAF_REQUIRE_EQUAL(announcements(), 1u);
  CAF_CHECK_EQUAL(announced().port, 8000u);
}

CAF_TEST(a server is announced once it has a broker) {
  start_announcer();
  CAF_CHECK_EQUAL(announcements(), 0u);
  come_up();
  CAF_REQUIRE_EQUAL(announcements(), 1u);
  CAF_CHECK(broker.published.at(0).retained);
  auto x = announced();
  CAF_CHECK_EQUAL(x.id, "porch");
  CAF_CHECK_EQUAL(x.ip, "10.0.0.7");
  CAF_CHECK_EQUAL(x.port, 8000u);
  CAF_CHECK_EQUAL(x.epoch, 99u);
  CAF_CHECK_EQUAL(x.version, "0.1");
  CAF_CHECK(x.online);
  CAF_CHECK(broker.subscribed("command/getIP"));
}

CAF_TEST(the will takes back the announcement of the same run) {
  start_announcer();
  CAF_REQUIRE(broker.will);
  CAF_CHECK_EQUAL(broker.will->topic, announced_at);
  auto x = parsed(broker.will->payload);
  CAF_CHECK_EQUAL(x.id, "porch");
  CAF_CHECK_EQUAL(x.epoch, 99u);
  CAF_CHECK(!x.online);
}

CAF_TEST(the will can be read even if no address is known) {
  options.server.ip.clear();
  port = 0;
  start_announcer();
  CAF_CHECK(!parsed(broker.will->payload).online);
}

CAF_TEST(a server says goodbye with its run) {
  start_announcer();
  come_up();
  end(testee);
  CAF_REQUIRE_EQUAL(broker.goodbyes.size(), 1u);
  CAF_CHECK_EQUAL(broker.goodbyes[0].topic, announced_at);
  auto x = parsed(broker.goodbyes[0].payload);
  CAF_CHECK(!x.online);
  CAF_CHECK(x.goodbye);
  CAF_CHECK(!parsed(broker.will->payload).goodbye);
  CAF_CHECK_EQUAL(x.epoch, 99u);
}

CAF_TEST(a broker that comes back hears the announcement again) {
  start_announcer();
  come_up();
  broker.go_down();
  consume_messages();
  CAF_CHECK_EQUAL(figures("discovery").state, "no broker");
  come_up();
  CAF_CHECK_EQUAL(announcements(), 2u);
  CAF_CHECK_EQUAL(broker.filters.size(), 4u);
}

CAF_TEST(nothing is announced while there is no port) {
  port = 0;
  start_announcer();
  come_up();
  CAF_CHECK_EQUAL(announcements(), 0u);
  ask("camera/response/me");
  CAF_CHECK(broker.published.empty());
  port = 8001;
  advance(500ms);
  CAF_REQUIRE_EQUAL(announcements(), 1u);
  CAF_CHECK_EQUAL(announced().port, 8001u);
}

CAF_TEST(what changes is announced and what does not is not ) {
  start_announcer();
  come_up();
  advance(5s);
  CAF_CHECK_EQUAL(announcements(), 1u);
  port = 8002;
  advance(500ms);
  CAF_CHECK_EQUAL(announcements(), 2u);
  CAF_CHECK_EQUAL(announced().port, 8002u);
  ring->push(new_frame(1), 0);
  advance(500ms);
  CAF_CHECK_EQUAL(announcements(), 3u);
  CAF_CHECK_EQUAL(announced().width, 64u);
  CAF_CHECK_EQUAL(announced().height, 48u);
  ring->push(new_frame(2), 0);
  advance(500ms);
  CAF_CHECK_EQUAL(announcements(), 3u);
}

CAF_TEST(a server whose port is closed while the broker is new is announced) {
  start_announcer();
  come_up();
  broker.go_down();
  consume_messages();
  port = 0;
  advance(1s);
  come_up();
  CAF_CHECK_EQUAL(announcements(), 1u);
  port = 8000;
  advance(500ms);
  CAF_REQUIRE_EQUAL(announcements(), 2u);
  CAF_CHECK(announced().online);
}

CAF_TEST(a port that stays closed takes the announcement back) {
  start_announcer();
  come_up();
  port = 0;
  advance(4s);
  CAF_CHECK_EQUAL(announcements(), 1u);
  advance(60s);
  CAF_REQUIRE_EQUAL(announcements(), 2u);
  CAF_CHECK(!announced().online);
  CAF_CHECK_EQUAL(announced().epoch, 99u);
  CAF_CHECK_EQUAL(figures("discovery").state,
                  "not announced: the stream port is not open");
  port = 8000;
  advance(500ms);
  CAF_REQUIRE_EQUAL(announcements(), 3u);
  CAF_CHECK(announced().online);
}

CAF_TEST(a port that stays closed takes back what a stored broker still has) {
  start_announcer();
  come_up();
  broker.go_down();
  consume_messages();
  port = 0;
  advance(10s);
  come_up();
  advance(10s);
  CAF_REQUIRE_EQUAL(announcements(), 2u);
  CAF_CHECK(!announced().online);
}

CAF_TEST(a server that no address leads to says so) {
  look_up_by_hand();
  start_announcer();
  come_up();
  found({"::1"});
  advance(10s);
  auto state = figures("discovery").state;
  CAF_CHECK(state.find("not announced: no address") == 0);
}

CAF_TEST(a will of an earlier run does not stay the last word) {
  start_announcer();
  come_up();
  CAF_CHECK(broker.subscribed(announced_at));
  announce(98, false);
  advance(500ms);
  CAF_CHECK_EQUAL(announcements(), 2u);
  CAF_CHECK(announced().online);
  CAF_CHECK(broker.published.back().retained);
  // Not even many of them make a flood.
  for (int i = 0; i < 100; ++i)
    announce(99, false);
  advance(500ms);
  CAF_CHECK_EQUAL(announcements(), 3u);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(garbage in the name of a server is refused) {
  start_announcer();
  come_up();
  broker.deliver(announced_at, "{}");
  consume_messages();
  advance(1s);
  CAF_CHECK_EQUAL(announcements(), 1u);
  CAF_CHECK(figures("discovery").last_error.find("bad message") == 0);
}

CAF_TEST(what is wrong with the camera is announced and when it is well) {
  std::string trouble = "unplugged";
  options.camera_trouble = [&] { return trouble; };
  start_announcer();
  CAF_CHECK_EQUAL(parsed(broker.will->payload).camera_trouble, "");
  come_up();
  CAF_CHECK_EQUAL(announced().camera_trouble, "unplugged");
  trouble.clear();
  advance(3s);
  CAF_CHECK_EQUAL(announcements(), 2u);
  CAF_CHECK_EQUAL(announced().camera_trouble, "");
  // In ever new words, it is not announced all the time.
  for (int i = 0; i < 20; ++i) {
    trouble += "\xc3\xa4\xff no /dev/video0";
    advance(500ms);
  }
  CAF_CHECK(announcements() > 4u);
  CAF_CHECK(announcements() <= 7u);
  auto told = announced().camera_trouble;
  CAF_CHECK(told.size() > 190 && told.size() <= 200);
  end(testee);
  CAF_CHECK_EQUAL(parsed(broker.goodbyes[0].payload).camera_trouble, "");
}

CAF_TEST(a request is answered with the address and nothing else) {
  start_announcer();
  come_up();
  ask("camera/response/desk-1");
  auto& answer = broker.published.back();
  CAF_CHECK_EQUAL(answer.topic, "camera/response/desk-1");
  CAF_CHECK_EQUAL(answer.payload, "10.0.0.7");
  CAF_CHECK(!answer.retained);
}

CAF_TEST(a reply topic outside of the prefix is refused and counted) {
  start_announcer();
  come_up();
  auto before = broker.published.size();
  for (auto* topic :
       {"command/rec", "camera/announce/porch", "camera/response",
        "camera/responses/x", "camera/response/#", "camera/response/+/x",
        "/camera/response/x", "", "camera/response/a\nb"}) {
    ask(topic);
    CAF_CHECK_EQUAL(broker.published.size(), before);
  }
  CAF_CHECK(figures("discovery").last_error.find("bad message") == 0);
  ask("camera/response/x");
  CAF_CHECK_EQUAL(broker.published.size(), before + 1);
}

CAF_TEST(the state tells how many messages came to nothing) {
  start_announcer();
  come_up();
  for (int i = 0; i < 3; ++i)
    ask("command/rec");
  CAF_CHECK_EQUAL(figures("discovery").state,
                  "announced as 10.0.0.7:8000; messages refused: 3, "
                  "dropped: 0");
  for (int i = 0; i < 7; ++i)
    broker.deliver_oversized("command/getIP");
  consume_messages();
  CAF_CHECK_EQUAL(figures("discovery").state,
                  "announced as 10.0.0.7:8000; messages refused: 3, "
                  "dropped: 7");
}

CAF_TEST(a request that the broker had stored is not answered) {
  start_announcer();
  come_up();
  auto before = broker.published.size();
  ask("camera/response/desk-1", true);
  CAF_CHECK_EQUAL(broker.published.size(), before);
}

CAF_TEST(a message on another topic is no request) {
  start_announcer();
  come_up();
  auto before = broker.published.size();
  broker.deliver("command/other", "camera/response/x");
  consume_messages();
  CAF_CHECK_EQUAL(broker.published.size(), before);
}

CAF_TEST_FIXTURE_SCOPE_END()
