#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// The largest MQTT payload that any part of camnode parses: 256 KiB. What
/// cameras and sensors say is far below it.
constexpr size_t max_payload_bytes = size_t{256} << 10;

/// The longest MQTT topic or filter that camnode accepts. MQTT allows 65,535
/// bytes; topics become directories, and no lab needs more than this.
constexpr size_t max_topic_bytes = 256;

/// Whether all of `x` is in `[A-Za-z0-9._-]`; true if empty.
bool is_name_text(std::string_view x);

/// Whether `x` is the id of a node: `[A-Za-z0-9._-]{1,64}`, not "." or "..".
/// Such an id is safe as one level of a path and of a topic.
bool is_node_id(std::string_view x);

/// Whether `x` is valid UTF-8: no overlong form, no surrogate, nothing above
/// U+10FFFF.
bool is_utf8(std::string_view x);

/// Copies `x` with each byte that is no part of valid UTF-8, and each NUL,
/// replaced by U+FFFD.
std::string to_utf8(std::string_view x);

/// Whether `x` can be published to: 1 to 256 bytes of UTF-8 without wildcards
/// and control characters.
bool is_mqtt_topic(std::string_view x);

/// Whether `x` can be subscribed to: like a topic, with `+` as a whole level
/// and `#` as the whole last level.
bool is_mqtt_filter(std::string_view x);

/// @returns The IPv4 or IPv6 address `x` in its usual spelling, nothing if `x`
///          is not an address. Names, ports and IPv6 zones are refused.
std::optional<std::string> canonical_ip(std::string_view x);

/// `x` without spaces, tabs and line breaks at both ends; borrowed.
std::string_view trim(std::string_view x);

/// `x` in lower case, ASCII letters only.
std::string to_lower(std::string_view x);

/// `x` in quotes for a log line: at most 40 characters, `?` for what is not
/// printable ASCII, dots where it was cut.
std::string quote(std::string_view x);

} // namespace camnode
