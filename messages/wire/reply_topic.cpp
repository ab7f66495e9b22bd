#include "messages/wire/reply_topic.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"

namespace camnode {

caf::error check_reply_topic(std::string_view payload,
                             std::string_view prefix) {
  if (!is_mqtt_topic(payload))
    return {ec::bad_message,
            "reply topic: want 1 to 256 bytes of UTF-8 without wildcards and "
            "control characters, not "
              + quote(payload)};
  bool below = payload.size() > prefix.size() + 1
               && payload.substr(0, prefix.size()) == prefix
               && payload[prefix.size()] == '/';
  if (!below)
    return {ec::bad_message, "reply topic: want one below "
                               + std::string{prefix} + "/, not "
                               + quote(payload)};
  return {};
}

caf::expected<std::string> parse_ip_answer(std::string_view payload) {
  constexpr size_t max_bytes = 64;
  if (payload.size() <= max_bytes)
    if (auto ip = canonical_ip(trim(payload)))
      return std::move(*ip);
  return caf::error{ec::bad_message,
                    "getIP answer: want an IPv4 or IPv6 address, not "
                      + quote(payload)};
}

} // namespace camnode
