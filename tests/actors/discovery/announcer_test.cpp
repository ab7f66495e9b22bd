#define CAF_SUITE announcer
#include "tests/camnode_test.hpp"

#include "actors/discovery/announcer.hpp"
#include "messages/wire/announcement.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/fake_mqtt.hpp"
#include "tests/actors/frame_samples.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

const std::string announced_at = "camera/announce/porch";

struct fixture : actor_fixture {
  fixture()
    : ring(
      std::make_shared<frame_ring>(frame_ring::limits{size_t{1} << 20, 1h})) {
    options.topic_request = "command/getIP";
    options.topic_response = "camera/response";
    options.topic_announce = "camera/announce";
    options.server.id = "porch";
    options.server.ip = "10.0.0.7";
    options.server.epoch = 99;
    options.server.version = "0.1";
    broker.passes_on = true;
  }

  ~fixture() override {
    end_actors();
  }

  void start_announcer() {
    testee = start<announcer>(
      "discovery", options, broker.clients(), [this] { return port; }, ring);
  }

  /// Leaves the address to the way to the broker, whose name is looked up as
  /// slowly as the test says.
  void look_up_by_hand() {
    options.server.ip.clear();
    options.broker_host = "broker.lan";
    options.look_up = [this](const std::string& host, auto done) {
      CAF_CHECK_EQUAL(host, "broker.lan");
      ++look_ups;
      found = done;
    };
  }

  void come_up() {
    broker.come_up();
    consume_messages();
  }

  void ask(const std::string& reply_topic, bool retained = false) {
    broker.deliver("command/getIP", reply_topic, 0, retained);
    consume_messages();
  }

  /// Somebody announces a server under our id.
  void announce(uint64_t epoch, bool online, bool retained = false,
                const std::string& ip = "10.0.0.8") {
    server_info x;
    x.id = "porch";
    x.ip = ip;
    x.port = 8000;
    x.epoch = epoch;
    x.online = online;
    broker.deliver(announced_at, write_announcement(x), 0, retained);
    consume_messages();
  }

  std::string alarm() {
    auto all = alarms.look();
    return all.empty() ? std::string{} : all.begin()->second;
  }

  /// What was announced last.
  server_info announced() const {
    return parsed(broker.payloads(announced_at).back());
  }

  static server_info parsed(const std::string& payload) {
    auto result = parse_announcement(announced_at, payload);
    if (!result)
      CAF_FAIL(describe(result.error()));
    return *result;
  }

  size_t announcements() const {
    return broker.payloads(announced_at).size();
  }

  fake_broker broker;
  announcer_options options;
  int look_ups = 0;
  std::function<void(std::vector<std::string>)> found;
  uint16_t port = 8000;
  std::shared_ptr<frame_ring> ring;
  announcer_actor testee;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(announcer_tests, fixture)

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

CAF_TEST(a server hears itself without a word) {
  start_announcer();
  come_up();
  announce(99, true, false, "10.0.0.7");
  announce(99, true, true, "10.0.0.7");
  announce(98, false, true);
  announce(98, true, true);
  advance(10s);
  CAF_CHECK_EQUAL(announcements(), 1u);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(a run of a server that is said to be elsewhere is an alarm) {
  start_announcer();
  come_up();
  for (int i = 0; i < 100; ++i)
    announce(99, true);
  CAF_CHECK(alarm().find("somebody announces 'porch', this run of it, at "
                         "10.0.0.8:8000")
            == 0);
  advance(500ms);
  // The last word is ours, and no flood becomes one of ours.
  CAF_CHECK_EQUAL(announcements(), 2u);
  CAF_CHECK_EQUAL(announced().ip, "10.0.0.7");
  advance(50s);
  CAF_CHECK(!alarm().empty());
  advance(20s);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(a wrong address that the broker has stored is an alarm too) {
  start_announcer();
  come_up();
  announce(99, true, true);
  CAF_CHECK(!alarm().empty());
}

CAF_TEST(a server that moved is not alarmed by where it was) {
  start_announcer();
  come_up();
  port = 8002;
  advance(1s);
  CAF_CHECK_EQUAL(announced().port, 8002u);
  announce(99, true, false, "10.0.0.7"); // At port 8000, and late.
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(a broker that passes no announcement on is an alarm) {
  broker.passes_on = false;
  start_announcer();
  come_up();
  advance(9s);
  CAF_CHECK_EQUAL(alarm(), "");
  advance(2s);
  CAF_CHECK(alarm().find("the broker does not pass on what is published to "
                         "camera/announce/porch")
            == 0);
  CAF_CHECK_EQUAL(figures("discovery").last_error, alarm());
  // It is tried again, as rules may change.
  auto tried = announcements();
  advance(60s);
  CAF_CHECK(announcements() >= tried + 5);
  CAF_CHECK(announcements() <= tried + 7);
  broker.passes_on = true;
  advance(20s);
  CAF_CHECK_EQUAL(alarm(), "");
  tried = announcements();
  advance(60s);
  CAF_CHECK_EQUAL(announcements(), tried);
}

CAF_TEST(a camera that fails in ever new words does not hide a silence) {
  broker.passes_on = false;
  std::string trouble = "unplugged";
  options.camera_trouble = [&] { return trouble; };
  start_announcer();
  come_up();
  for (int i = 0; i < 24; ++i) {
    trouble += "!";
    advance(500ms);
  }
  CAF_CHECK(!alarm().empty());
}

CAF_TEST(without a broker nothing is said of what it passes on) {
  broker.passes_on = false;
  start_announcer();
  come_up();
  advance(11s);
  CAF_CHECK(!alarm().empty());
  broker.go_down();
  consume_messages();
  CAF_CHECK_EQUAL(alarm(), "");
  advance(60s);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(what a server takes back itself stays taken back) {
  start_announcer();
  come_up();
  port = 0;
  advance(10s);
  announce(99, false);
  announce(98, false);
  advance(10s);
  CAF_CHECK_EQUAL(announcements(), 2u);
}

CAF_TEST(another server of the same id is an alarm and not shouted at) {
  start_announcer();
  come_up();
  for (int i = 0; i < 10; ++i) {
    announce(7, true);
    advance(500ms);
  }
  CAF_CHECK_EQUAL(announcements(), 1u);
  CAF_CHECK_EQUAL(alarm().find("another server calls itself 'porch', at "
                               "10.0.0.8:8000"),
                  0u);
  CAF_CHECK_EQUAL(figures("discovery").last_error, alarm());
}

CAF_TEST(a server is announced again when its namesake is gone) {
  start_announcer();
  come_up();
  announce(7, true);
  announce(6, false);
  advance(500ms);
  CAF_CHECK(!alarm().empty());
  CAF_CHECK_EQUAL(announcements(), 2u);
  announce(7, false);
  advance(500ms);
  CAF_CHECK_EQUAL(alarm(), "");
  CAF_CHECK_EQUAL(announcements(), 3u);
}

CAF_TEST(an announcement that somebody cleared comes back) {
  start_announcer();
  come_up();
  broker.deliver(announced_at, "");
  consume_messages();
  advance(500ms);
  CAF_CHECK_EQUAL(announcements(), 2u);
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

CAF_TEST(a server is announced once the name of the broker is known) {
  look_up_by_hand();
  start_announcer();
  advance(60s);
  CAF_CHECK_EQUAL(look_ups, 0);
  come_up();
  CAF_CHECK_EQUAL(look_ups, 1);
  // However long it takes, the actor does not wait, nor ask again.
  advance(60s);
  CAF_CHECK_EQUAL(look_ups, 1);
  CAF_REQUIRE_EQUAL(announcements(), 1u);
  CAF_CHECK(!announced().online);
  CAF_CHECK_EQUAL(figures("discovery").state,
                  "not announced: the name of the broker has not been found "
                  "yet");
  found({"::1", "127.0.0.1"});
  consume_messages();
  CAF_REQUIRE_EQUAL(announcements(), 2u);
  CAF_CHECK(announced().online);
  CAF_CHECK_EQUAL(announced().ip, "127.0.0.1");
}

CAF_TEST(a server that waited for the broker takes nothing back) {
  look_up_by_hand();
  start_announcer();
  advance(60s);
  come_up();
  advance(1s);
  found({"127.0.0.1"});
  consume_messages();
  CAF_REQUIRE_EQUAL(announcements(), 1u);
  CAF_CHECK(announced().online);
}

CAF_TEST(the name of the broker is looked up seldom) {
  look_up_by_hand();
  start_announcer();
  come_up();
  found({"127.0.0.1"});
  advance(29s);
  CAF_CHECK_EQUAL(look_ups, 1);
  advance(2s);
  CAF_CHECK_EQUAL(look_ups, 2);
  // Name servers that are gone change nothing, but are asked again sooner.
  found({});
  advance(6s);
  CAF_CHECK_EQUAL(look_ups, 3);
  CAF_CHECK_EQUAL(announcements(), 1u);
  broker.go_down();
  found({"127.0.0.1"});
  advance(60s);
  CAF_CHECK_EQUAL(look_ups, 3);
}

CAF_TEST(an address that was given is not looked up) {
  look_up_by_hand();
  options.server.ip = "10.0.0.7";
  start_announcer();
  come_up();
  advance(60s);
  CAF_CHECK_EQUAL(look_ups, 0);
  CAF_CHECK_EQUAL(announced().ip, "10.0.0.7");
}

CAF_TEST_FIXTURE_SCOPE_END()
