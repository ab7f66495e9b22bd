#include "actors/session/session_report.hpp"

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

absence_sum absent_in(const camera_look& x, const session_view& view) {
  return sum_of(absences_in(x, view.session, view.now_ns));
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

json truth_of(const camera_look& x, const session_view& view) {
  auto books = books_of(x, view.session);
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
  result["connected"] = x.viewer.connected;
  result["last_error"] = books.last_error.empty() && !x.viewer.connected
                           ? why_no_frame(x)
                           : books.last_error;
  if (!books.last_trouble.text.empty())
    result["last_trouble"] = trouble_of(books.last_trouble, view);
  if (auto& trouble = x.member.server.camera_trouble; !trouble.empty())
    result["camera"] = trouble;
  return result;
}

json totals_of(const topic_figures& x) {
  uint64_t rejected = 0;
  for (auto& [reason, n] : x.rejected)
    rejected += n;
  return {{"received", x.received},
          {"written", x.written},
          {"durable", x.durable},
          {"rejected", rejected}};
}

void put_readings(json& out, const session_view& x) {
  auto topics = x.sensors;
  auto markers = topics.extract(marker_topic);
  out["sensors"] = {{"topics", topics.size()}};
  out["sensors"].update(totals_of(sensor_board::sum(topics)));
  out["sensors"]["outside_sessions"] = x.readings_outside;
  out["sensors"]["last_error"] = x.sensor_error;
  out["sensors"]["last_trouble"] = trouble_of(x.sensor_trouble, x);
  out["markers"] = totals_of(markers ? markers.mapped() : topic_figures{});
  out["markers"]["outside_sessions"] = x.markers.outside;
  out["markers"]["last_error"] = x.markers.last_error;
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

} // namespace

ledger_figures books_of(const camera_look& x, const session_info& session) {
  auto foreign = session.exists() && x.books.session_ms != session.start_ms;
  return foreign ? ledger_figures{} : x.books;
}

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
  put_readings(result, x);
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
                + x.markers.last_error + '|'
                + std::to_string(x.commands_refused);
  for (camera_look camera : x.cameras) {
    auto books = books_of(camera, x.session);
    result += '|' + camera.member.server.id + ' '
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
  for (camera_look camera : x.cameras) {
    auto books = books_of(camera, x.session);
    result += '|' + camera.member.server.id + ' ' + std::to_string(books.lost)
              + ' ' + std::to_string(books.runs_ended);
    for (auto& away : absences_in(camera, x.session, x.now_ns))
      result += away.to_ns == 0 ? " away" : " was away";
  }
  return result;
}

} // namespace camnode
