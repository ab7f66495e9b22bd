#define CAF_SUITE finder
#include "tests/camnode_test.hpp"

#include "actors/discovery/finder.hpp"
#include "messages/wire/announcement.hpp"
#include "messages/wire/json_text.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/fake_mqtt.hpp"
#include "tests/actors/fake_supervisor.hpp"

#include <nlohmann/json.hpp>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

const std::string status_at = "camera/recording/desk";
const std::string reply_at = "camera/response/desk";

server_info server(uint64_t epoch, bool online = true) {
  server_info x;
  x.id = "porch";
  x.announced_id = x.id;
  x.ip = "10.0.0.7";
  x.port = 8000;
  x.epoch = epoch;
  x.online = online;
  return x;
}

struct fixture : actor_fixture {
  fixture() {
    finder_options options;
    options.client_id = "desk";
    options.topic_request = "command/getIP";
    options.topic_response = "camera/response";
    options.topic_announce = "camera/announce";
    options.topic_command = "command/rec";
    options.topic_status = "camera/recording";
    parent = spawn_fake_supervisor(sys, told);
    watch(caf::actor_cast<caf::actor>(parent));
    testee = start<finder>("discovery", options, broker.clients(), parent);
  }

  ~fixture() override {
    end_actors();
  }

  void come_up() {
    broker.come_up();
    consume_messages();
  }

  void deliver(const std::string& topic, const std::string& payload,
               bool retained = false) {
    broker.deliver(topic, payload, 0, retained);
    consume_messages();
  }

  void announce(const server_info& x) {
    deliver("camera/announce/" + x.id, write_announcement(x), true);
  }

  told_by_children told;
  fake_broker broker;
  client_supervisor_actor parent;
  finder_actor testee;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(finder_tests, fixture)

CAF_TEST(a finder listens where servers and users speak) {
  come_up();
  CAF_CHECK(broker.subscribed("camera/announce/+"));
  CAF_CHECK(broker.subscribed(reply_at));
  CAF_CHECK(broker.subscribed("command/rec"));
}

CAF_TEST(servers are asked for their address at once) {
  come_up();
  CAF_CHECK(broker.payloads("command/getIP").empty());
  advance(250ms);
  CAF_CHECK_EQUAL(broker.payloads("command/getIP"),
                  std::vector<std::string>{reply_at});
  CAF_CHECK(!broker.published.at(0).retained);
}

CAF_TEST(nobody is asked while there is no broker) {
  advance(60s);
  CAF_CHECK(broker.published.empty());
}

CAF_TEST(an announced server is found) {
  come_up();
  announce(server(5));
  CAF_REQUIRE_EQUAL(told.found.size(), 1u);
  CAF_CHECK(told.found[0] == server(5));
}

CAF_TEST(a server that says goodbye is lost) {
  come_up();
  announce(server(5));
  announce(server(5, false));
  CAF_REQUIRE_EQUAL(told.lost.size(), 1u);
  CAF_CHECK_EQUAL(told.lost[0].id, "porch");
}

CAF_TEST(an offline of another run is ignored) {
  come_up();
  announce(server(5));
  announce(server(4, false));
  announce(server(6, false));
  CAF_CHECK(told.lost.empty());
}

CAF_TEST(a new run of a server is told) {
  come_up();
  announce(server(5));
  announce(server(6));
  CAF_REQUIRE_EQUAL(told.found.size(), 2u);
  CAF_CHECK_EQUAL(told.found[1].epoch, 6u);
}

CAF_TEST(an announcement that cannot be read is refused) {
  come_up();
  deliver("camera/announce/porch", "{\"id\":\"../../etc\"}");
  deliver("camera/announce/other", write_announcement(server(5)));
  deliver(reply_at, "not an address");
  CAF_CHECK(told.found.empty());
  CAF_CHECK(figures("discovery").last_error.find("bad message") == 0);
}

CAF_TEST(an announcement that was cleared tells its server off) {
  come_up();
  announce(server(5));
  deliver("camera/announce/porch", "");
  CAF_CHECK(told.lost.empty());
  CAF_CHECK_EQUAL(told.told_off, (std::vector<std::string>{"porch"}));
  deliver("camera/announce/..", "");
  CAF_CHECK_EQUAL(told.told_off.size(), 1u);
  CAF_CHECK_EQUAL(figures("discovery").last_error, "");
}

CAF_TEST(an answer of an announced server finds nobody else) {
  come_up();
  announce(server(5));
  deliver(reply_at, "10.0.0.7");
  advance(5s);
  CAF_CHECK_EQUAL(told.found.size(), 1u);
}

CAF_TEST(commands are passed on) {
  come_up();
  deliver("command/rec", " START \n");
  deliver("command/rec", R"({"action":"start","label":"t7","duration_s":2})");
  deliver("command/rec", "false");
  CAF_REQUIRE_EQUAL(told.commands.size(), 3u);
  CAF_CHECK(told.commands[0].start);
  CAF_CHECK_EQUAL(told.commands[1].label, "t7");
  CAF_CHECK_EQUAL(told.commands[1].duration_ms, 2'000);
  CAF_CHECK(!told.commands[2].start);
  CAF_CHECK(told.refusals.empty());
}

CAF_TEST(a command that cannot be understood is passed on with the reason) {
  come_up();
  deliver("command/rec", "dance");
  CAF_CHECK(told.commands.empty());
  CAF_REQUIRE_EQUAL(told.refusals.size(), 1u);
  CAF_CHECK(told.refusals[0].find("dance") != std::string::npos);
}

CAF_TEST(a command that the broker had stored is ignored) {
  come_up();
  deliver("command/rec", "start", true);
  deliver("command/rec", "dance", true);
  CAF_CHECK(told.commands.empty());
  CAF_CHECK(told.refusals.empty());
}

CAF_TEST(the truth light is published and kept for a reconnect) {
  tell(testee, publish_atom_v, std::string{"early"});
  CAF_CHECK(broker.published.empty());
  come_up();
  CAF_CHECK_EQUAL(broker.payloads(status_at),
                  std::vector<std::string>{"early"});
  tell(testee, publish_atom_v, std::string{"next"});
  CAF_CHECK(broker.published.back().retained);
  broker.go_down();
  tell(testee, publish_atom_v, std::string{"unheard"});
  come_up();
  CAF_CHECK_EQUAL(broker.payloads(status_at),
                  (std::vector<std::string>{"early", "next", "unheard"}));
}

CAF_TEST(will and goodbye say that the client is gone) {
  CAF_REQUIRE(broker.will);
  CAF_CHECK_EQUAL(broker.will->topic, status_at);
  auto will = parse_json(broker.will->payload);
  CAF_CHECK_EQUAL(will.at("state"), "offline");
  CAF_CHECK_EQUAL(will.at("client"), "desk");
  come_up();
  end(testee);
  CAF_REQUIRE_EQUAL(broker.goodbyes.size(), 1u);
  CAF_CHECK_EQUAL(broker.goodbyes[0].topic, status_at);
  CAF_CHECK_EQUAL(broker.goodbyes[0].payload, broker.will->payload);
}

CAF_TEST(servers stay known while there is no broker) {
  come_up();
  announce(server(5));
  broker.go_down();
  consume_messages();
  CAF_CHECK_EQUAL(figures("discovery").state, "no broker");
  advance(600s);
  CAF_CHECK(told.lost.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
