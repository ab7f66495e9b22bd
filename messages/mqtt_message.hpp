#pragma once

#include <cstdint>
#include <string>

namespace camnode {

/// One MQTT message as it came in; or a marker (`marker_topic`), whichever way
/// it came.
struct mqtt_message {
  std::string topic;
  std::string payload;     ///< At most `max_payload_bytes` bytes.
  int64_t arrival_ns = 0;  ///< `client_clock_ns` when it arrived.
  bool retained = false;   ///< The broker had it stored: not new.
  bool oversized = false;  ///< The payload was larger, and is left out.
  std::string source = {}; ///< Of a marker: which way it came.
};

} // namespace camnode
