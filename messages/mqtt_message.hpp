#pragma once

#include <caf/meta/type_name.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// One MQTT message as it came in.
struct mqtt_message {
  std::string topic;
  std::string payload;    ///< At most `max_payload_bytes` bytes.
  int64_t arrival_ns = 0; ///< `client_clock_ns` when it arrived.
  bool retained = false;  ///< The broker had it stored: not new.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, mqtt_message& x) {
  return f(caf::meta::type_name("mqtt_message"), x.topic, x.payload,
           x.arrival_ns, x.retained);
}

} // namespace camnode
