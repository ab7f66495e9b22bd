#include "messages/disk/session_summary.hpp"

#include "messages/disk/manifest_camera.hpp"
#include "messages/when.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

using json = nlohmann::ordered_json;

namespace {

/// Whether all that was captured is there, and known to be.
bool is_whole(const manifest_camera& x) {
  return x.captured > 0 && x.lost == 0 && x.losses.empty() && x.breaks.empty()
         && x.absences.empty() && x.unlisted_lost == 0 && x.unlisted_breaks == 0
         && !x.end_unknown;
}

bool is_whole(const topic_figures& x) {
  return std::all_of(x.rejected.begin(), x.rejected.end(), [](const auto& y) {
    return y.first == stored_reading || y.second == 0;
  });
}

bool is_whole(const manifest& x) {
  auto whole = [](const auto& y) { return is_whole(y.second); };
  auto& cameras = x.cameras;
  auto& sensors = x.sensors;
  auto is_empty = cameras.empty()
                  && std::all_of(sensors.begin(), sensors.end(),
                                 [](auto& y) { return y.second.written == 0; });
  return x.state == "finished" && x.outages.empty() && !is_empty
         && std::all_of(cameras.begin(), cameras.end(), whole)
         && std::all_of(sensors.begin(), sensors.end(), whole);
}

/// An instant on the session clock, as a number and as a time of day.
void put_time(json& out, const std::string& key, int64_t time_ms) {
  if (time_ms == 0 || time_ms > latest_ns / 1'000'000) {
    out[key + "_ns"] = nullptr;
    out[key] = nullptr;
    return;
  }
  out[key + "_ns"] = time_ms * 1'000'000;
  out[key] = utc_text(time_ms * 1'000'000);
}

} // namespace

std::string verdict_of(const manifest& x) {
  if (!x.over())
    return "recording";
  if (x.state != "finished" && x.state != "interrupted")
    return "damage";
  return is_whole(x) ? "all there" : "losses, all named";
}

json summary_of(const manifest& x, const std::string& name,
                const files_seen& files) {
  auto& session = x.session;
  json result;
  result["session"] = session.start_ms;
  result["label"] = session.label;
  put_time(result, "start", session.start_ms);
  put_time(result, "stop", session.stop_ms);
  result["state"] = x.state;
  result["over"] = x.over();
  result["verdict"] = files.faults.empty() ? verdict_of(x) : "damage";
  result["faults"] = files.faults;
  result["files_not_looked_for"] = files.not_looked_for;
  result["manifest"] = name;
  uint64_t bytes = 0;
  uint64_t lost = 0;
  auto& cameras = result["cameras"] = json::object();
  for (auto& [id, camera] : x.cameras) {
    cameras[id] = {{"captured", camera.captured},
                   {"recorded", camera.recorded},
                   {"lost", camera.lost},
                   {"bytes", camera.bytes}};
    add_bounded(bytes, camera.bytes);
    add_bounded(lost, camera.lost);
  }
  auto sensors = json::array();
  uint64_t markers = 0;
  for (auto& [topic, figures] : x.sensors)
    if (topic == marker_topic)
      markers = figures.written;
    else
      sensors.push_back(topic);
  result["sensors"] = std::move(sensors);
  result["markers"] = markers;
  result["bytes"] = bytes;
  result["lost"] = lost;
  return result;
}

} // namespace camnode
