#pragma once

#include "actors/base/mqtt_client.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace camnode_test {

/// Takes the place of a broker, and of the library: keeps what a client was
/// told, and reports what the test says. For one client at a time. Outlives
/// the client.
struct fake_broker {
  struct publication {
    std::string topic;
    std::string payload;
    bool retained;
  };

  camnode::make_mqtt_client clients() {
    return [this](const std::string& name,
                  std::optional<camnode::mqtt_will> last_will,
                  camnode::mqtt_events to) -> camnode::mqtt_client_ptr {
      ++made;
      client_name = name;
      will = std::move(last_will);
      events = std::move(to);
      return std::make_unique<client>(*this);
    };
  }

  void come_up() {
    up = true;
    events.on_up();
  }

  void go_down() {
    up = false;
    events.on_down("gone");
  }

  void deliver(std::string topic, std::string payload, int64_t arrival_ns = 0,
               bool retained = false) {
    events.on_message(
      {std::move(topic), std::move(payload), arrival_ns, retained});
  }

  /// A message of which the library keeps the topic alone.
  void deliver_oversized(std::string topic, int64_t arrival_ns = 0) {
    events.on_message({std::move(topic), {}, arrival_ns, false, true});
  }

  bool subscribed(const std::string& filter) const {
    return std::count(filters.begin(), filters.end(), filter) > 0;
  }

  /// What was published to `topic`, in order.
  std::vector<std::string> payloads(const std::string& topic) const {
    std::vector<std::string> result;
    for (auto& x : published)
      if (x.topic == topic)
        result.push_back(x.payload);
    return result;
  }

  /// Whether what is published comes back to those who subscribed to it.
  bool passes_on = false;
  int made = 0; ///< Clients, ever.
  bool up = false;
  std::string client_name;
  std::optional<camnode::mqtt_will> will;
  camnode::mqtt_events events;
  std::vector<std::string> filters;
  std::set<std::string> refused; ///< Filters that are not granted.
  bool silent = false;           ///< No subscription is answered.
  std::vector<publication> published;
  std::vector<publication> goodbyes;

private:
  struct client : camnode::mqtt_client {
    explicit client(fake_broker& x) : broker(x) {
    }

    ~client() override {
      broker.up = false;
    }

    bool up() const override {
      return broker.up;
    }

    void subscribe(const std::string& filter) override {
      broker.filters.push_back(filter);
      if (!broker.silent && broker.events.on_subscribed)
        broker.events.on_subscribed(filter, broker.refused.count(filter) > 0
                                              ? "no right"
                                              : "");
    }

    void publish(const std::string& topic, const std::string& payload,
                 bool retained) override {
      if (!broker.up)
        return;
      broker.published.push_back({topic, payload, retained});
      if (broker.passes_on && broker.subscribed(topic))
        broker.deliver(topic, payload);
    }

    void say_goodbye(const std::string& topic,
                     const std::string& payload) override {
      broker.goodbyes.push_back({topic, payload, true});
    }

    fake_broker& broker;
  };
};

} // namespace camnode_test
