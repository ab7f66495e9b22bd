#include "messages/wire/announcement.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"
#include "messages/wire/json_text.hpp"
#include "messages/wire/multipart.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace camnode {

namespace {

using nlohmann::json;

constexpr double max_rate_hz = 1000;

/// Reads members of an object and keeps the first thing that is wrong.
class member_reader {
public:
  explicit member_reader(const json& object) : object_(object) {
  }

  bool has(const char* key) const {
    return object_.contains(key);
  }

  std::string text(const char* key) {
    auto i = object_.find(key);
    if (i != object_.end() && i->is_string())
      return i->get<std::string>();
    refuse(key, "must be text");
    return {};
  }

  uint64_t integer(const char* key, uint64_t min, uint64_t max) {
    auto i = object_.find(key);
    if (i != object_.end() && i->is_number_unsigned()) {
      auto x = i->get<uint64_t>();
      if (x >= min && x <= max)
        return x;
    }
    refuse(key, "must be a whole number from " + std::to_string(min) + " to "
                  + std::to_string(max));
    return 0;
  }

  bool flag(const char* key) {
    const auto& member = object_[key];
    if (member.is_boolean())
      return member.get<bool>();
    refuse(key, "must be true or false");
    return false;
  }

  uint32_t rate_mhz(const char* key) {
    const auto& member = object_[key];
    auto hz = member.is_number() ? member.get<double>() : -1.;
    if (hz >= 0 && hz <= max_rate_hz)
      return static_cast<uint32_t>(std::lround(hz * 1000));
    refuse(key, "must be a number from 0 to 1000");
    return 0;
  }

  void refuse(const char* key, const std::string& rule) {
    if (error_.empty())
      error_ = std::string{"announcement: "} + key + " " + rule;
  }

  const std::string& error() const {
    return error_;
  }

private:
  const json& object_;
  std::string error_;
};

std::string_view last_level(std::string_view topic) {
  return topic.substr(topic.rfind('/') + 1);
}

void read_identity(member_reader& in, std::string_view topic, server_info& x) {
  x.id = in.text("id");
  x.announced_id = x.id;
  if (!is_node_id(x.id))
    in.refuse("id", "must be 1 to 64 of A-Z a-z 0-9 . _ -");
  if (x.id != last_level(topic))
    in.refuse("id", "must be the last level of its topic");
  auto ip = canonical_ip(in.text("ip"));
  if (!ip)
    in.refuse("ip", "must be an IPv4 or IPv6 address");
  x.ip = ip.value_or("");
  x.port = static_cast<uint16_t>(in.integer("port", 1, 65535));
  x.epoch = in.integer("epoch", 0, max_exact_integer);
  auto state = in.text("state");
  x.online = state == "online";
  if (!x.online && state != "offline")
    in.refuse("state", "must be online or offline");
}

void read_description(member_reader& in, server_info& x) {
  if (in.has("width"))
    x.width = static_cast<uint16_t>(in.integer("width", 0, 65535));
  if (in.has("height"))
    x.height = static_cast<uint16_t>(in.integer("height", 0, 65535));
  if (in.has("fps"))
    x.rate_mhz = in.rate_mhz("fps");
  if (in.has("version")) {
    x.version = in.text("version");
    if (x.version.size() > 64)
      in.refuse("version", "must have at most 64 bytes");
  }
  if (in.has("goodbye"))
    x.goodbye = in.flag("goodbye") && !x.online;
  if (in.has("tls"))
    x.tls = in.flag("tls");
  if (in.has("camera")) {
    x.camera_trouble = in.text("camera");
    if (x.camera_trouble.size() > server_info::max_trouble_bytes)
      in.refuse("camera", "must have at most 200 bytes");
  }
}

} // namespace

std::string write_announcement(const server_info& x) {
  nlohmann::ordered_json out;
  out["id"] = x.id;
  out["ip"] = x.ip;
  out["port"] = x.port;
  out["state"] = x.online ? "online" : "offline";
  out["epoch"] = x.epoch;
  out["width"] = x.width;
  out["height"] = x.height;
  if (x.rate_mhz % 1000 == 0)
    out["fps"] = x.rate_mhz / 1000;
  else
    out["fps"] = x.rate_mhz / 1000.;
  out["version"] = x.version;
  if (!x.camera_trouble.empty())
    out["camera"] = x.camera_trouble;
  if (x.goodbye)
    out["goodbye"] = true;
  if (x.tls)
    out["tls"] = true;
  return dump_json(out);
}

caf::expected<server_info> parse_announcement(std::string_view topic,
                                              std::string_view payload) {
  if (payload.size() > max_payload_bytes)
    return caf::error{ec::bad_message,
                      std::string{"announcement: more than 256 KiB"}};
  auto object = parse_json(payload);
  if (!object.is_object())
    return caf::error{ec::bad_message,
                      "announcement: not a JSON object: " + quote(payload)};
  member_reader in{object};
  server_info result;
  read_identity(in, topic, result);
  read_description(in, result);
  if (!in.error().empty())
    return caf::error{ec::bad_message, in.error()};
  return result;
}

} // namespace camnode
