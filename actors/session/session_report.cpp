#include "actors/session/session_report.hpp"

#include "actors/session/camera_state.hpp"
#include "actors/shared/clock_age.hpp"
#include "messages/wire/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace camnode {

using json = nlohmann::ordered_json;

namespace {

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

/// When a camera of the session gave no frame.
std::vector<absence> absences_in(const fleet_member& x,
                                 const session_view& view) {
  if (!view.session.exists() || !takes_part(x, view.session))
    return {};
  return x.ledger->absences(view.session, view.now_ns);
}

absence_sum absent_in(const fleet_member& x, const session_view& view) {
  return sum_of(absences_in(x, view));
}

json lost_by_place(const ledger_figures& x) {
  auto result = json::object();
  for (size_t i = 0; i < x.lost_at.size(); ++i)
    if (x.lost_at[i] > 0)
      result[to_string(static_cast<loss_place>(i))] = x.lost_at[i];
  return result;
}

/// Tenths of a second are exact enough to read.
double seconds_of(int64_t ns) {
  return static_cast<double>(ns / 100'000'000) / 10;
}

/// With its time, UTC ms.
json trouble_of(const trouble_note::past& x, const session_view& view) {
  if (x.text.empty())
    return nullptr;
  json result{{"text", x.text}};
  if (x.at_ns != 0)
    result["time_ms"] = view.utc_ms - ms(view.now_ns - x.at_ns);
  return result;
}

json truth_of(const fleet_member& x, const session_view& view) {
  auto books = books_of(x, view.session);
  auto viewer = x.viewer->look();
  json result;
  result["state"] = camera_state(x, view.session, view.now_ns);
  result["frames_durable"] = books.durable;
  if (view.session.exists() && books.durable_ns != 0)
    result["durable_age_ms"] = ms(view.now_ns - books.durable_ns);
  result["lost"] = books.lost;
  if (books.end_unknown)
    result["end_unknown"] = true;
  if (books.runs_ended > 0)
    result["server_restarts"] = books.runs_ended;
  if (auto n = unknown_breaks(books); n > 0)
    result["unknown_breaks"] = n;
  if (auto away = absent_in(x, view); away.times > 0)
    result["seconds_without_frames"] = seconds_of(away.absent_ns);
  result["connected"] = viewer.connected;
  result["last_error"] = books.last_error.empty() && !viewer.connected
                           ? why_no_frame(x)
                           : books.last_error;
  if (!books.last_trouble.text.empty())
    result["last_trouble"] = trouble_of(books.last_trouble, view);
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
  for (auto& x : ledger.breaks()) {
    json entry{{"epoch", x.last.epoch},
               {"unknown_behind_sequence", x.last.sequence},
               {"before_ns", x.before_ns}};
    if (x.until.sequence != 0) {
      entry["until_epoch"] = x.until.epoch;
      entry["until_sequence"] = x.until.sequence;
    }
    result.push_back(std::move(entry));
  }
  return result;
}

json absences_of(const std::vector<absence>& absences) {
  auto result = json::array();
  for (auto& x : absences) {
    result.push_back({{"from_ms", ms(x.from_ns)},
                      {"to_ms", ms(x.to_ns)},
                      {"absent_ms", ms(x.absent_ns)},
                      {"why", x.why}});
    if (x.times > 1)
      result.back()["times"] = x.times;
  }
  return result;
}

/// What the lists had no room for.
json unlisted_of(const ledger_figures& books, const json& losses,
                 const json& breaks) {
  uint64_t named = 0;
  for (auto& x : losses)
    add_bounded(named, x["frames"].get<uint64_t>());
  return {{"lost", books.lost - std::min(named, books.lost)},
          {"server_restarts",
           books.runs_ended
             - std::min<uint64_t>(breaks.size(), books.runs_ended)}};
}

json clock_of(const viewer_figures& x, const session_view& view) {
  if (!x.clocked)
    return nullptr;
  auto clock = clock_at(x, view.now_ns);
  json result;
  if (x.probed_ns != 0)
    result["at_ns"] = view.session.session_ns(
      std::max(x.probed_ns, view.now_ns));
  result["offset_ns"] = clock.offset_ns;
  result["error_ns"] = clock.error_ns;
  result["drift_ppb"] = x.drift_ppb;
  result["drift_error_ppb"] = x.drift_error_ppb;
  result["probes"] = x.probes;
  result["probes_refused"] = x.probes_refused;
  result["restarts"] = x.clock_restarts;
  return result;
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

/// What the times of the frames are, by the last one.
json time_text(const ledger_figures& x) {
  if (x.written == 0)
    return nullptr;
  if (x.flags & frame::receive_time_only)
    return "arrival at the client";
  return x.flags & frame::arrival_time ? "arrival at the server" : "sensor";
}

json camera_entry(const fleet_member& x, const session_view& view) {
  auto books = books_of(x, view.session);
  auto known = books.session_ms != 0;
  auto viewer = x.viewer->look();
  auto server = x.as_connected();
  json result;
  result["address"] = server.ip + ":" + std::to_string(server.port);
  result["protocol"] = viewer.legacy ? "legacy" : "http";
  result["version"] = server.version;
  result["time"] = time_text(books);
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
  result["absences"] = absences_of(absences_in(x, view));
  result["unlisted"] = unlisted_of(books, result["losses"],
                                   result["server_restarts"]);
  result["clock"] = clock_of(viewer, view);
  result["clock_history"] = clocks_of(x.viewer->clocks(), view.session);
  json restarts;
  for (auto* actor : {"viewer", "recorder"}) {
    auto i = view.restarts.find(std::string{actor} + "/" + server.id);
    restarts[actor] = i == view.restarts.end() ? 0 : i->second;
  }
  result["restarts"] = restarts;
  result["connections"] = viewer.connections;
  result["last_error"] = books.last_error;
  result["last_trouble"] = trouble_of(books.last_trouble, view);
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
    auto to_ms = outage.to_ns == 0 ? 0
                                   : ms(s.session_ns(outage.to_ns) + 999'999);
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

} // namespace

std::string camera_truth(const ledger_figures& x, const session_info& session,
                         int64_t now_ns, int64_t pause_ns) {
  if (!session.exists())
    return "idle";
  auto window_ns = truth_window_ns + pause_ns;
  if (x.session_ms == session.start_ms) {
    if (x.state == ledger_figures::phase::finished)
      return "finished";
    if (x.durable_ns != 0 && now_ns - x.durable_ns <= window_ns)
      return "recording";
  }
  return now_ns - session.anchor_mono_ns <= window_ns ? "starting" : "stalled";
}

uint64_t unknown_breaks(const ledger_figures& x) {
  return x.runs_ended + (x.end_unknown ? 1 : 0);
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
  result["last_trouble"] = trouble_of(x.last_trouble, x);
  result["missing"] = x.missing;
  result["not_as_last_time"] = x.not_as_last_time;
  result["version"] = x.version;
  return json_text(std::move(result), -1);
}

std::string truth_digest(const session_view& x) {
  auto result = x.state + '|' + x.last_error + '|' + x.sensor_error + '|'
                + std::to_string(x.commands_refused);
  for (auto& camera : x.cameras) {
    auto books = books_of(camera, x.session);
    result += '|' + camera.server.id + ' '
              + camera_state(camera, x.session, x.now_ns) + ' '
              + std::to_string(books.lost) + ' '
              + std::to_string(books.runs_ended) + ' ' + books.last_error + ' '
              + std::to_string(absent_in(camera, x).times);
  }
  for (auto& [actor, text] : x.alarms)
    result += '|' + actor + ' ' + text;
  for (auto& [id, since] : x.missing)
    result += '|' + id + " is missing";
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
    for (auto& away : absences_in(camera, x))
      result += away.to_ns == 0 ? " away" : " was away";
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
    if (takes_part(camera, x.session))
      cameras[camera.server.id] = camera_entry(camera, x);
  result["cameras"] = cameras;
  auto sensors = json::object();
  for (auto& [topic, figures] : x.sensors)
    sensors[topic] = sensor_entry(figures);
  result["sensors"] = sensors;
  result["sensor_outages"] = outages_of(x);
  return json_text(std::move(result), 2) + "\n";
}

} // namespace camnode
