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
  announcer_fixture();
  ~announcer_fixture() override;

  void start_announcer();

  /// Leaves the address to the way to the broker, whose name is looked up as
  /// slowly as the test says.
  void look_up_by_hand();

  void come_up();

  void ask(const std::string& reply_topic, bool retained = false);

  /// Somebody announces a server under our id.
  void announce(uint64_t epoch, bool online, bool retained = false,
                const std::string& ip = "10.0.0.8");

  std::string alarm();

  /// What was announced last.
  camnode::server_info announced() const {
    return parsed(broker.payloads(announced_at).back());
  }

  static camnode::server_info parsed(const std::string& payload);

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
