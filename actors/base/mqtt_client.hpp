#pragma once

#include "messages/mqtt_message.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace camnode {

/// Where the broker is, and who we are to it.
struct mqtt_broker {
  std::string host = "localhost";
  uint16_t port = 1883;
  std::string username;
  std::string password;
  bool tls = false;
  std::string ca_file;   ///< Empty: the system's.
  std::string cert_file; ///< With `key_file`: ours, if the broker wants one.
  std::string key_file;
};

/// What the broker publishes, retained, should this connection be lost.
struct mqtt_will {
  std::string topic;
  std::string payload;
};

/// What an MQTT client reports. Called on the library's thread: each must do
/// no more than send one message.
struct mqtt_events {
  /// Connected, for the first time or again; nothing is subscribed yet.
  std::function<void()> on_up;
  std::function<void(std::string reason)> on_down;
  std::function<void(mqtt_message)> on_message;

  /// What the broker says to a subscription.
  /// @param refusal Why not; empty where it is granted.
  std::function<void(const std::string& filter, const std::string& refusal)>
    on_subscribed = {};
};

/// What actors ask of a broker. The connection is tried for as long as the
/// client lives, and comes back by itself; nothing is kept for later while it
/// is down. For one thread at a time, which may block for a moment.
class mqtt_client {
public:
  virtual ~mqtt_client() = default;

  virtual bool up() const = 0;

  /// QoS 1. The broker's answer is reported.
  virtual void subscribe(const std::string& filter) = 0;

  /// QoS 1. Dropped while the connection is down.
  virtual void publish(const std::string& topic, const std::string& payload,
                       bool retained)
    = 0;

  /// Publishes a last retained message and ends the connection, so that the
  /// broker does not publish the will. Returns within 1 s.
  virtual void say_goodbye(const std::string& topic, const std::string& payload)
    = 0;
};

using mqtt_client_ptr = std::unique_ptr<mqtt_client>;

/// Makes a client that starts to connect at once.
/// @param client_name Part of the MQTT client id, which is made unique for this
///        process: brokers drop the older of two clients with the same id.
using make_mqtt_client = std::function<
  mqtt_client_ptr(const std::string& client_name, std::optional<mqtt_will> will,
                  mqtt_events events)>;

/// Clients of paho.mqtt.cpp.
make_mqtt_client paho_clients(mqtt_broker options);

} // namespace camnode
