#include "messages/wire/record_command.hpp"

#include "messages/error.hpp"
#include "messages/name_hint.hpp"
#include "messages/text.hpp"
#include "messages/wire/json_text.hpp"
#include "messages/wire/metadata.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

namespace {

using nlohmann::json;

constexpr double min_duration_s = 0.1;
constexpr double max_duration_s = 30. * 24 * 3600;

const std::vector<std::string> known_keys{"action",          "label",
                                          "duration_s",      "force",
                                          "without_missing", "metadata"};

caf::error refusal(const std::string& reason) {
  return {ec::bad_message, "record command: " + reason};
}

/// @returns Whether `word` starts or stops, nothing if it does neither.
std::optional<bool> parse_action(std::string_view word) {
  auto x = to_lower(trim(word));
  if (x == "start" || x == "true" || x == "recording_start")
    return true;
  if (x == "stop" || x == "false" || x == "recording_stop")
    return false;
  return std::nullopt;
}

caf::error read_label(const json& object, std::string& label) {
  auto i = object.find("label");
  if (i == object.end())
    return {};
  if (i->is_string())
    label = i->get<std::string>();
  if (!i->is_string() || label.size() > 64 || !is_name_text(label))
    return refusal("label must be at most 64 of A-Z a-z 0-9 . _ -, not "
                   + quote(i->is_string() ? label : i->type_name()));
  return {};
}

caf::error read_duration(const json& object, int64_t& duration_ms) {
  auto i = object.find("duration_s");
  if (i == object.end())
    return {};
  auto seconds = i->is_number() ? i->get<double>() : 0.;
  if (!(seconds >= min_duration_s && seconds <= max_duration_s))
    return refusal("duration_s must be a number from 0.1 to 2592000 "
                   "(seconds, at most 30 days)");
  duration_ms = std::llround(seconds * 1000);
  return {};
}

caf::error read_flag(const json& object, const char* key, bool& flag) {
  auto i = object.find(key);
  if (i == object.end())
    return {};
  if (!i->is_boolean())
    return refusal(std::string{key} + " must be true or false");
  flag = i->get<bool>();
  return {};
}

caf::error read_metadata_of(const json& object, std::string& metadata) {
  auto i = object.find("metadata");
  if (i == object.end())
    return {};
  auto read = read_metadata(*i);
  if (!read)
    return refusal(reason_of(read.error()));
  metadata = std::move(*read);
  return {};
}

/// A key that is not known may be a misspelt one, and what it asks for is not
/// what would be done.
caf::error check_keys(const json& object) {
  for (auto& [key, value] : object.items())
    if (std::find(known_keys.begin(), known_keys.end(), key)
        == known_keys.end())
      return refusal("there is no key " + quote(key) + "; want "
                     + any_of_text(known_keys));
  return {};
}

caf::expected<record_command> parse_object(const json& object) {
  if (auto err = check_keys(object))
    return err;
  auto i = object.find("action");
  if (i == object.end() || !i->is_string())
    return refusal("a JSON command needs \"action\": \"start\" or \"stop\"");
  const auto& word = i->get_ref<const std::string&>();
  auto action = parse_action(word);
  if (!action)
    return refusal("action must be start or stop, not " + quote(word));
  record_command result;
  if (auto err = read_label(object, result.label))
    return err;
  if (auto err = read_duration(object, result.duration_ms))
    return err;
  if (auto err = read_flag(object, "force", result.force))
    return err;
  if (auto err = read_flag(object, "without_missing", result.without_missing))
    return err;
  if (auto err = read_metadata_of(object, result.metadata))
    return err;
  if (!*action && object.contains("metadata"))
    return refusal("metadata: is for a start");
  if (!*action)
    return record_command{false, result.label, 0, false};
  result.start = true;
  return result;
}

} // namespace

caf::expected<record_command> parse_record_command(std::string_view payload) {
  if (payload.size() > max_payload_bytes)
    return refusal("more than 256 KiB");
  if (auto action = parse_action(payload))
    return record_command{*action, {}, 0, false};
  auto object = parse_json(payload);
  if (object.is_object())
    return parse_object(object);
  return refusal("want start, stop or a JSON object with an action, not "
                 + quote(payload));
}

} // namespace camnode
