#pragma once

#include <caf/meta/type_name.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace camnode {

/// One MQTT message as it came in.
struct mqtt_message {
  std::string topic;
  std::string payload;    ///< At most `max_payload_bytes` bytes.
  int64_t arrival_ns = 0; ///< `client_clock_ns` when it arrived.
  bool retained = false;  ///< The broker had it stored: not new.
  bool oversized = false; ///< The payload was larger, and is left out.

  /// Messages right before it that were too large or that found no room.
  uint64_t dropped_before = 0;

  /// Room that it takes in the listener's backlog; given back with the last
  /// copy. Stays in this process.
  std::shared_ptr<const void> room = nullptr;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, mqtt_message& x) {
  return f(caf::meta::type_name("mqtt_message"), x.topic, x.payload,
           x.arrival_ns, x.retained, x.oversized, x.dropped_before);
}

} // namespace camnode
