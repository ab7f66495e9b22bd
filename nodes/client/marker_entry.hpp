#pragma once

#include "actors/sensor_log/sensor_log.hpp"
#include "messages/session_info.hpp"

#include <caf/expected.hpp>

#include <string>

namespace camnode {

/// Puts a marker of whoever asks a client to those of the broker, as one of
/// this instant. Any thread.
/// @param payload As over MQTT.
/// @param session The present one.
/// @param log What SENSOR LOG works with.
/// @returns A word on it, `ec::bad_message`, or `ec::unavailable` where the
///          instant is in no session.
caf::expected<std::string> take_marker(const std::string& payload,
                                       const session_info& session,
                                       const sensor_log_options& log);

} // namespace camnode
