#define CAF_SUITE announcer_fixture
#include "tests/camnode_test.hpp"

#include "tests/actors/discovery/announcer_fixture.hpp"

#include "messages/wire/announcement.hpp"

namespace camnode_test {

announcer_fixture::announcer_fixture()
  : ring(std::make_shared<camnode::frame_ring>(
    camnode::frame_ring::limits{size_t{1} << 20, std::chrono::hours{1}})) {
  options.topic_request = "command/getIP";
  options.topic_response = "camera/response";
  options.topic_announce = "camera/announce";
  options.server.id = "porch";
  options.server.ip = "10.0.0.7";
  options.server.epoch = 99;
  options.server.version = "0.1";
  broker.passes_on = true;
}

announcer_fixture::~announcer_fixture() {
  end_actors();
}

void announcer_fixture::start_announcer() {
  testee = start<camnode::announcer>(
    "discovery", options, broker.clients(), [this] { return port; }, ring);
}

void announcer_fixture::look_up_by_hand() {
  options.server.ip.clear();
  options.broker_host = "broker.lan";
  options.look_up = [this](const std::string& host, auto done) {
    CAF_CHECK_EQUAL(host, "broker.lan");
    ++look_ups;
    found = done;
  };
}

void announcer_fixture::come_up() {
  broker.come_up();
  consume_messages();
}

void announcer_fixture::ask(const std::string& reply_topic, bool retained) {
  broker.deliver("command/getIP", reply_topic, 0, retained);
  consume_messages();
}

void announcer_fixture::announce(uint64_t epoch, bool online, bool retained,
                                 const std::string& ip) {
  camnode::server_info x;
  x.id = "porch";
  x.ip = ip;
  x.port = 8000;
  x.epoch = epoch;
  x.online = online;
  broker.deliver(announced_at, camnode::write_announcement(x), 0, retained);
  consume_messages();
}

std::string announcer_fixture::alarm() {
  auto all = alarms.look();
  return all.empty() ? std::string{} : all.begin()->second;
}

camnode::server_info announcer_fixture::parsed(const std::string& payload) {
  auto result = camnode::parse_announcement(announced_at, payload);
  if (!result)
    CAF_FAIL(camnode::describe(result.error()));
  return *result;
}

} // namespace camnode_test
