#include "actors/session/session_report.hpp"

#include "actors/shared/clock_age.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace camnode {

using json = nlohmann::ordered_json;

namespace {

/// Of a camera that says it is slower than anybody would wait for.
constexpr int64_t longest_period_ns = 60'000'000'000;

int64_t ms(int64_t ns) {
  return ns / 1'000'000;
}

/// The books of the session that is told of: empty ones where the camera has
/// only those of an earlier one. Without a session, those of the last one.
ledger_figures books_of(const fleet_member& x, const session_info& session) {
  auto result = x.ledger->look();
  auto foreign = session.exists() && result.session_ms != session.start_ms;
  return foreign ? ledger_figures{} : result;
}

json lost_by_place(const ledger_figures& x) {
  auto result = json::object();
  for (size_t i = 0; i < x.lost_at.size(); ++i)
    if (x.lost_at[i] > 0)
      result[to_string(static_cast<loss_place>(i))] = x.lost_at[i];
  return result;
}

json truth_of(const fleet_member& x, const session_view& view) {
  auto books = books_of(x, view.session);
  auto viewer = x.viewer->look();
  json result;
  result["state"] = camera_truth(books, view.session, view.now_ns,
                                 x.server.rate_mhz);
  result["frames_durable"] = books.durable;
  if (view.session.exists() && books.durable_ns != 0)
    result["durable_age_ms"] = ms(view.now_ns - books.durable_ns);
  result["lost"] = books.lost;
  if (books.end_unknown)
    result["end_unknown"] = true;
  if (books.runs_ended > 0)
    result["server_restarts"] = books.runs_ended;
  result["connected"] = viewer.connected;
  result["last_error"] = books.last_error.empty() && !viewer.connected
                           ? viewer.last_error
                           : books.last_error;
  if (!x.server.camera_trouble.empty())
    result["camera"] = x.server.camera_trouble;
  return result;
}

json totals_of(const sensor_board::topics& topics) {
  uint64_t received = 0;
  uint64_t written = 0;
  uint64_t durable = 0;
  uint64_t rejected = 0;
  for (auto& [topic, x] : topics) {
    received += x.received;
    written += x.written;
    durable += x.durable;
    for (auto& [reason, n] : x.rejected)
      rejected += n;
  }
  return {{"topics", topics.size()},
          {"received", received},
          {"written", written},
          {"durable", durable},
          {"rejected", rejected}};
}

json disk_of(const disk_figures& x) {
  if (!x.known)
    return nullptr;
  json result;
  result["free_bytes"] = x.free_bytes;
  result["bytes_per_s"] = x.bytes_per_s;
  if (x.bytes_per_s > 0)
    result["minutes_left"] = x.seconds_left() / 60;
  else
    result["minutes_left"] = nullptr;
  return result;
}

json late_of(const std::vector<late_report>& sessions) {
  auto result = json::object();
  for (auto& x : sessions)
    result[std::to_string(x.session_ms)] = x.who;
  return result;
}

json segments_of(const recording_ledger& ledger) {
  auto result = json::array();
  for (auto& x : ledger.segments())
    result.push_back({{"file", x.file},
                      {"closed", x.end_ms != 0},
                      {"segment", x.index},
                      {"start_ms", x.start_ms},
                      {"end_ms", x.end_ms},
                      {"frames", x.frames},
                      {"bytes", x.bytes},
                      {"epoch", x.epoch},
                      {"first_sequence", x.first_sequence},
                      {"last_sequence", x.last_sequence}});
  return result;
}

json losses_of(const recording_ledger& ledger) {
  auto result = json::array();
  for (auto& x : ledger.losses())
    result.push_back({{"epoch", x.epoch},
                      {"first_sequence", x.first},
                      {"last_sequence", x.last},
                      {"frames", x.frames()},
                      {"place", to_string(x.place)},
                      {"before_ns", x.before_ns}});
  return result;
}

json breaks_of(const recording_ledger& ledger) {
  auto result = json::array();
  for (auto& x : ledger.breaks())
    result.push_back({{"epoch", x.last.epoch},
                      {"unknown_behind_sequence", x.last.sequence},
                      {"before_ns", x.before_ns}});
  return result;
}

json clock_of(const viewer_figures& x, int64_t now_ns) {
  if (!x.clocked)
    return nullptr;
  auto clock = clock_at(x, now_ns);
  return {{"offset_ns", clock.offset_ns},
          {"error_ns", clock.error_ns},
          {"drift_ppb", x.drift_ppb},
          {"drift_error_ppb", x.drift_error_ppb},
          {"probes", x.probes},
          {"probes_refused", x.probes_refused},
          {"restarts", x.clock_restarts}};
}

json clocks_of(const clock_history& history, const session_info& session) {
  auto result = json::array();
  for (auto& x : history.look())
    result.push_back({{"at_ns", session.session_ns(x.client_ns)},
                      {"epoch", x.epoch},
                      {"offset_ns", x.offset_ns},
                      {"error_ns", x.error_ns},
                      {"drift_ppb", x.drift_ppb}});
  return result;
}

json camera_entry(const fleet_member& x, const session_view& view) {
  auto books = books_of(x, view.session);
  auto known = books.session_ms != 0;
  auto viewer = x.viewer->look();
  auto& server = x.server;
  json result;
  result["address"] = server.ip + ":" + std::to_string(server.port);
  result["protocol"] = viewer.legacy ? "legacy" : "http";
  result["version"] = server.version;
  result["epoch"] = server.epoch;
  result["captured"] = books.written + books.lost;
  result["recorded"] = books.written;
  result["durable"] = books.durable;
  result["lost"] = books.lost;
  result["lost_by_place"] = lost_by_place(books);
  if (books.end_unknown)
    result["unknown_behind_sequence"] = books.last ? books.last->sequence : 0;
  result["bytes"] = books.bytes;
  result["segments"] = known ? segments_of(*x.ledger) : json::array();
  result["losses"] = known ? losses_of(*x.ledger) : json::array();
  result["server_restarts"] = known ? breaks_of(*x.ledger) : json::array();
  result["clock"] = clock_of(viewer, view.now_ns);
  result["clock_history"] = clocks_of(x.viewer->clocks(), view.session);
  json restarts;
  for (auto* actor : {"viewer", "recorder"}) {
    auto i = view.restarts.find(std::string{actor} + "/" + server.id);
    restarts[actor] = i == view.restarts.end() ? 0 : i->second;
  }
  result["restarts"] = restarts;
  result["connections"] = viewer.connections;
  result["last_error"] = books.last_error;
  return result;
}

json sensor_entry(const topic_figures& x) {
  json rejected = json::object();
  for (auto& [reason, n] : x.rejected)
    rejected[reason] = n;
  return {{"received", x.received},
          {"written", x.written},
          {"durable", x.durable},
          {"rejected", rejected},
          {"files", x.files}};
}

/// On the session clock, within the session.
json outages_of(const session_view& x) {
  auto result = json::array();
  auto& s = x.session;
  for (auto& outage : x.outages) {
    auto from_ms = std::max(s.start_ms, ms(s.session_ns(outage.from_ns)));
    auto to_ms = outage.to_ns == 0 ? 0 : ms(s.session_ns(outage.to_ns)) + 1;
    auto behind = s.stop_ms != 0 && from_ms >= s.stop_ms;
    if (behind || (to_ms != 0 && to_ms <= s.start_ms))
      continue;
    json entry = {{"from_ms", from_ms}, {"to_ms", to_ms}};
    if (!outage.filter.empty()) {
      entry["filter"] = outage.filter;
      entry["why"] = outage.why;
    }
    result.push_back(entry);
  }
  return result;
}

/// JSON wants UTF-8; what is not, as topics may be, is replaced.
std::string text_of(const json& x, int indent) {
  return x.dump(indent, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::string camera_truth(const ledger_figures& x, const session_info& session,
                         int64_t now_ns, uint32_t rate_mhz) {
  if (!session.exists())
    return "idle";
  auto period_ns = rate_mhz == 0 ? 0 : 1'000'000'000'000 / rate_mhz;
  auto window_ns = truth_window_ns + std::min(period_ns, longest_period_ns);
  if (x.session_ms == session.start_ms) {
    if (x.state == ledger_figures::phase::finished)
      return "finished";
    if (x.durable_ns != 0 && now_ns - x.durable_ns <= window_ns)
      return "recording";
  }
  return now_ns - session.anchor_mono_ns <= window_ns ? "starting" : "stalled";
}

std::string render_truth(const session_view& x) {
  json result;
  result["client"] = x.client;
  result["state"] = x.state;
  result["time_ms"] = x.utc_ms;
  if (x.session.exists()) {
    result["session"] = x.session.start_ms;
    result["label"] = x.session.label;
    result["seconds"] = (x.now_ns - x.session.anchor_mono_ns) / 1'000'000'000;
  } else {
    result["session"] = nullptr;
  }
  auto cameras = json::object();
  for (auto& camera : x.cameras)
    cameras[camera.server.id] = truth_of(camera, x);
  result["cameras"] = cameras;
  result["sensors"] = totals_of(x.sensors);
  result["sensors"]["outside_sessions"] = x.readings_outside;
  result["sensors"]["last_error"] = x.sensor_error;
  result["late_sessions"] = late_of(x.late);
  result["disk"] = disk_of(x.disk);
  result["commands_refused"] = x.commands_refused;
  result["alarms"] = x.alarms;
  result["last_error"] = x.last_error;
  result["version"] = x.version;
  return text_of(result, -1);
}

std::string truth_digest(const session_view& x) {
  auto result = x.state + '|' + x.last_error + '|' + x.sensor_error + '|'
                + std::to_string(x.commands_refused);
  for (auto& camera : x.cameras) {
    auto books = books_of(camera, x.session);
    result += '|' + camera.server.id + ' '
              + camera_truth(books, x.session, x.now_ns, camera.server.rate_mhz)
              + ' ' + std::to_string(books.lost) + ' '
              + std::to_string(books.runs_ended) + ' ' + books.last_error;
  }
  for (auto& [actor, text] : x.alarms)
    result += '|' + actor + ' ' + text;
  for (auto& late : x.late) {
    result += '|' + std::to_string(late.session_ms);
    for (auto& who : late.who)
      result += ' ' + who;
  }
  return result;
}

std::string manifest_digest(const session_view& x) {
  auto result = std::to_string(x.sensors.size()) + ' '
                + std::to_string(x.outages.size());
  for (auto& camera : x.cameras) {
    auto books = books_of(camera, x.session);
    result += '|' + camera.server.id + ' ' + std::to_string(books.lost) + ' '
              + std::to_string(books.runs_ended);
  }
  return result;
}

std::string render_manifest(const session_view& x) {
  auto& session = x.session;
  json result;
  result["format"] = "camnode session 1";
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
  // From here on there may be much: what is above is found in the beginning.
  result["resumed_ms"] = x.resumed_ms;
  if (!x.interrupted.empty())
    result["interrupted"] = x.interrupted;
  auto cameras = json::object();
  for (auto& camera : x.cameras)
    cameras[camera.server.id] = camera_entry(camera, x);
  result["cameras"] = cameras;
  auto sensors = json::object();
  for (auto& [topic, figures] : x.sensors)
    sensors[topic] = sensor_entry(figures);
  result["sensors"] = sensors;
  result["sensor_outages"] = outages_of(x);
  return text_of(result, 2) + "\n";
}

} // namespace camnode
