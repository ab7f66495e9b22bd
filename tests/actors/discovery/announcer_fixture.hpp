#pragma once

// What the tests of ANNOUNCER share. Include it after `camnode_test.hpp`.

#include "actors/discovery/announcer.hpp"
#include "messages/wire/announcement.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/fake_mqtt.hpp"
#include "tests/actors/frame_samples.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace camnode_test {

inline const std::string announced_at = "camera/announce/porch";

/// A server that announces itself to a broker of the test's.
struct announcer_fixture : actor_fixture {
  announcer_fixture()
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

  ~announcer_fixture() override {
    end_actors();
  }

  void start_announcer() {
    testee = start<camnode::announcer>(
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
    camnode::server_info x;
    x.id = "porch";
    x.ip = ip;
    x.port = 8000;
    x.epoch = epoch;
    x.online = online;
    broker.deliver(announced_at, camnode::write_announcement(x), 0, retained);
    consume_messages();
  }

  std::string alarm() {
    auto all = alarms.look();
    return all.empty() ? std::string{} : all.begin()->second;
  }

  /// What was announced last.
  camnode::server_info announced() const {
    return parsed(broker.payloads(announced_at).back());
  }

  static camnode::server_info parsed(const std::string& payload) {
    auto result = camnode::parse_announcement(announced_at, payload);
    if (!result)
      CAF_FAIL(camnode::describe(result.error()));
    return *result;
  }

  size_t announcements() const {
    return broker.payloads(announced_at).size();
  }

  fake_broker broker;
  camnode::announcer_options options;
  int look_ups = 0;
  std::function<void(std::vector<std::string>)> found;
  uint16_t port = 8000;
  std::shared_ptr<camnode::frame_ring> ring;
  camnode::announcer_actor testee;
};

} // namespace camnode_test
