#include "messages/disk/manifest.hpp"

#include "messages/disk/json_fields.hpp"
#include "messages/disk/manifest_camera.hpp"
#include "messages/error.hpp"
#include "messages/text.hpp"
#include "messages/wire/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace camnode {

using json = nlohmann::ordered_json;

namespace {

constexpr auto format = "camnode session 1";

json to_json(const topic_figures& x) {
  return {{"received", x.received},
          {"written", x.written},
          {"durable", x.durable},
          {"rejected", x.rejected},
          {"files", x.files}};
}

topic_figures read_sensor(const json_fields& x) {
  topic_figures result;
  result.received = x.count("received");
  result.written = x.count("written");
  result.durable = x.has("durable") ? x.count("durable") : result.written;
  result.rejected = x.counts("rejected");
  for (auto& file : x.list("files")) {
    if (!file.is_string() || !is_name_text(file.get<std::string>()))
      refuse(x.where(), "\"files\" has what is no name of a file");
    result.files.push_back(file.get<std::string>());
  }
  return result;
}

/// On the session clock, within the session; null: it is not in there.
json to_json(const broker_outage& x, const session_info& session) {
  auto ms = [](int64_t ns) { return ns / 1'000'000; };
  auto from_ms = std::max(session.start_ms, ms(session.session_ns(x.from_ns)));
  auto to_ms = x.to_ns == 0 ? 0 : ms(session.session_ns(x.to_ns) + 999'999);
  auto is_after = session.stop_ms != 0 && from_ms >= session.stop_ms;
  if (is_after || (to_ms != 0 && to_ms <= session.start_ms))
    return nullptr;
  json result = {{"from_ms", from_ms}, {"to_ms", to_ms}};
  if (!x.filter.empty()) {
    result["filter"] = x.filter;
    result["why"] = x.why;
  }
  return result;
}

broker_outage read_outage(const session_info& session, const json_fields& x) {
  auto client_ns = [&](int64_t time_ms) {
    if (time_ms > latest_ns / 1'000'000)
      refuse(x.where(), "is at no time");
    return time_ms == 0 ? 0 : session.client_ns(time_ms);
  };
  return {client_ns(x.time("from_ms")), client_ns(x.time("to_ms")),
          x.text_or_none("filter"), x.text_or_none("why")};
}

/// What stands in the beginning.
json head_of(const manifest& x) {
  auto& session = x.session;
  json result;
  result["format"] = format;
  result["client"] = x.client;
  result["version"] = x.version;
  result["label"] = session.label;
  result["state"] = x.state;
  result["start_ms"] = session.start_ms;
  result["stop_ms"] = session.stop_ms;
  result["segment_ms"] = session.segment_ms;
  result["due_ms"] = session.due_ms;
  if (session.forced)
    result["forced"] = true;
  result["boot_id"] = x.boot_id;
  result["session_clock"] = {{"anchor_utc_ms", session.start_ms},
                             {"anchor_monotonic_ns", session.anchor_mono_ns}};
  return result;
}

/// Whether the clock of `x` can be reckoned with.
bool is_clock(const session_info& x) {
  return x.start_ms <= latest_ns / 1'000'000
         && std::abs(x.anchor_mono_ns / 2) <= latest_ns / 8;
}

session_info read_session(const json_fields& x) {
  session_info result;
  result.start_ms = x.time("start_ms");
  result.stop_ms = x.time("stop_ms");
  result.segment_ms = x.time("segment_ms");
  result.due_ms = x.has("due_ms") ? x.time("due_ms") : 0;
  result.label = x.text("label");
  result.forced = x.has("forced") && x.flag("forced");
  auto clock = x.object("session_clock");
  result.anchor_mono_ns = clock.number("anchor_monotonic_ns");
  // People may have edited it: a frame is worth more than a rule for starts.
  if (x.has("metadata"))
    result.metadata = x.object("metadata").all().dump();
  if (result.start_ms == 0)
    refuse({}, "\"start_ms\" is no time");
  if (!is_clock(result))
    refuse("session_clock", "is none that can be reckoned with");
  if (result.segment_ms == 0)
    refuse({}, "\"segment_ms\" is no length");
  if (result.stop_ms != 0 && result.stop_ms < result.start_ms)
    refuse({}, "it ends before it begins");
  if (result.label.size() > 64 || !is_name_text(result.label))
    refuse({}, "\"label\" is no label");
  return result;
}

manifest read(const nlohmann::json& all) {
  json_fields x{all, {}};
  if (x.text_or_none("format") != format)
    refuse({}, "is no manifest of camnode (\"format\")");
  manifest result;
  result.session = read_session(x);
  result.client = x.text_or_none("client");
  result.version = x.text_or_none("version");
  result.state = x.text("state");
  result.boot_id = x.text_or_none("boot_id");
  result.interrupted = x.text_or_none("interrupted");
  if (x.has("resumed_ms"))
    for (auto& t : x.list("resumed_ms"))
      if (t.is_number_integer())
        result.resumed_ms.push_back(t.get<int64_t>());
  auto cameras = x.object("cameras");
  for (auto& [id, camera] : cameras.all().items())
    result.cameras[id] = read_camera(id, result.session,
                                     {camera, "camera " + quote(id)});
  auto sensors = x.object("sensors");
  for (auto& [topic, sensor] : sensors.all().items())
    result.sensors[topic] = read_sensor({sensor, "sensor " + quote(topic)});
  if (x.has("markers"))
    result.sensors[marker_topic] = read_sensor(x.object("markers"));
  x.each_if_any("sensor_outages", [&](const auto& y) {
    if (result.outages.size() < max_outages)
      result.outages.push_back(read_outage(result.session, y));
  });
  return result;
}

} // namespace

std::string render_manifest(const manifest& x) {
  auto result = head_of(x);
  // From here on there may be much: what is above is found in the beginning.
  result["resumed_ms"] = x.resumed_ms;
  if (!x.interrupted.empty())
    result["interrupted"] = x.interrupted;
  if (!x.session.metadata.empty())
    result["metadata"] = json::parse(x.session.metadata);
  auto& cameras = result["cameras"] = json::object();
  for (auto& [id, camera] : x.cameras)
    cameras[id] = to_json(camera, x.session);
  auto& sensors = result["sensors"] = json::object();
  for (auto& [topic, figures] : x.sensors)
    if (topic != marker_topic)
      sensors[topic] = to_json(figures);
  if (auto i = x.sensors.find(marker_topic); i != x.sensors.end())
    result["markers"] = to_json(i->second);
  auto& outages = result["sensor_outages"] = json::array();
  for (auto& outage : x.outages)
    if (auto entry = to_json(outage, x.session); !entry.is_null())
      outages.push_back(std::move(entry));
  return json_text(std::move(result), 2) + "\n";
}

caf::expected<manifest> parse_manifest(std::string_view text) {
  auto bad = [](const std::string& why) {
    return caf::make_error(ec::bad_message, why);
  };
  if (text.size() > max_manifest_bytes)
    return bad("is larger than 64 MiB");
  try {
    return read(nlohmann::json::parse(text));
  } catch (const nlohmann::json::exception& e) {
    return bad("is no JSON: " + std::string{e.what()}.substr(0, 120));
  } catch (const malformed& e) {
    return bad(e.what());
  }
}

} // namespace camnode
