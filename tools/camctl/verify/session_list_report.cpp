#include "tools/camctl/verify/session_list.hpp"

#include "messages/when.hpp"
#include "messages/wire/json_text.hpp"
#include "tools/camctl/verify/aligned.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camnode {

namespace {

using json = nlohmann::ordered_json;

int64_t length_ms(const listed_session& x) {
  return x.end_ms - x.audit.session.start_ms;
}

json json_of(const listed_session& x) {
  auto& session = x.audit.session;
  json result;
  result["session"] = session.start_ms;
  result["start"] = utc_text(session.start_ms * 1'000'000);
  result["label"] = session.label;
  result["state"] = x.audit.state;
  result["over"] = x.audit.over;
  result["stop_ms"] = session.stop_ms;
  result["length_ms"] = length_ms(x);
  result["verdict"] = x.verdict;
  result["manifest"] = x.audit.manifest;
  result["cameras"] = json::object();
  for (auto& [id, camera] : x.audit.cameras)
    result["cameras"][id] = {{"captured", camera.captured},
                             {"recorded", camera.recorded},
                             {"lost", camera.lost}};
  result["sensors"] = json::array();
  result["markers"] = 0;
  for (auto& [topic, sensor] : x.audit.sensors)
    if (topic == marker_topic)
      result["markers"] = sensor.written;
    else
      result["sensors"].push_back(topic);
  if (!session.metadata.empty())
    result["metadata"] = parse_json(session.metadata);
  result["files"] = x.files;
  result["bytes"] = x.bytes;
  return result;
}

} // namespace

std::string render_text(const session_listing& x) {
  text_rows rows{{"session", "when", "label", "length", "cameras", "sensors",
                  "size", "verdict"}};
  for (auto& y : x.sessions) {
    auto& session = y.audit.session;
    auto& sensors = y.audit.sensors;
    auto topics = sensors.size() - sensors.count(marker_topic);
    rows.push_back({std::to_string(session.start_ms),
                    date_text(session.start_ms),
                    session.label.empty() ? "-" : session.label,
                    duration_text(length_ms(y) * 1'000'000)
                      + (y.audit.over ? "" : " so far"),
                    std::to_string(y.audit.cameras.size()),
                    std::to_string(topics), bytes_text(y.bytes), y.verdict});
  }
  auto result = x.sessions.empty() ? std::string{"no session\n"}
                                   : aligned(rows, {0, 1, 2, 7});
  for (auto& why : x.unreadable)
    result += "unreadable: " + why + "\n";
  if (x.foreign > 0)
    result += count_text(x.foreign, "file") + " of no session\n";
  return result;
}

std::string render_json(const session_listing& x) {
  json result;
  if (x.in_use)
    result["in_use"] = *x.in_use;
  else
    result["in_use"] = nullptr;
  result["sessions"] = json::array();
  for (auto& session : x.sessions)
    result["sessions"].push_back(json_of(session));
  result["unreadable"] = x.unreadable;
  result["files_of_no_session"] = x.foreign;
  return json_text(std::move(result), 2) + "\n";
}

} // namespace camnode
