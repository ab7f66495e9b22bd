#include "nodes/verify/verify.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace camnode {

namespace {

using json = nlohmann::ordered_json;
using table = std::vector<std::vector<std::string>>;

std::string date_of(int64_t utc_ms) {
  auto seconds = static_cast<time_t>(utc_ms / 1000);
  tm date;
  gmtime_r(&seconds, &date);
  std::array<char, 64> text;
  auto size = strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC",
                       &date);
  return {text.data(), size};
}

std::string size_of(uint64_t bytes) {
  std::array<char, 32> text;
  auto size = snprintf(text.data(), text.size(), "%.1f MB",
                       static_cast<double>(bytes) / 1e6);
  return {text.data(), static_cast<size_t>(size)};
}

/// The first column to the left, the others to the right.
std::string aligned(const table& rows) {
  std::vector<size_t> widths;
  for (auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string result;
  for (auto& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) {
      std::string space(widths[i] - row[i].size(), ' ');
      line += ' ' + (i == 0 ? row[i] + space : ' ' + space + row[i]);
    }
    result += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return result;
}

template <class Audit>
std::string verdict(const Audit& x) {
  if (!x.faults.empty())
    return "DAMAGED";
  return x.losses.empty() ? "all there" : "losses, all named";
}

void append_lines(std::string& out, const char* what, const std::string& who,
                  const std::vector<std::string>& lines) {
  for (auto& x : lines)
    out += std::string{"  "} + what + (who.empty() ? "" : who + ": ") + x
           + '\n';
}

std::string text_of(const session_audit& x) {
  auto& s = x.session;
  auto result = "session " + std::to_string(s.start_ms)
                + (s.label.empty() ? "" : " " + s.label) + ", "
                + date_of(s.start_ms) + ", " + x.state + "\n";
  table cameras{{"camera", "films", "frames", "rebuilt", "lost", "size", ""}};
  for (auto& [id, y] : x.cameras)
    cameras.push_back({id, std::to_string(y.films), std::to_string(y.frames),
                       std::to_string(y.rebuilt), std::to_string(y.lost),
                       size_of(y.bytes), verdict(y)});
  table sensors{{"sensor", "files", "readings", "received", "rejected", ""}};
  for (auto& [topic, y] : x.sensors)
    sensors.push_back({topic, std::to_string(y.files), std::to_string(y.rows),
                       std::to_string(y.received), std::to_string(y.rejected),
                       verdict(y)});
  if (cameras.size() > 1)
    result += aligned(cameras);
  if (sensors.size() > 1)
    result += aligned(sensors);
  append_lines(result, "lost: ", "", x.losses);
  for (auto& [id, y] : x.cameras)
    append_lines(result, "lost: ", id, y.losses);
  for (auto& [topic, y] : x.sensors)
    append_lines(result, "lost: ", topic, y.losses);
  append_lines(result, "damage: ", "", x.faults);
  for (auto& [id, y] : x.cameras)
    append_lines(result, "damage: ", id, y.faults);
  for (auto& [topic, y] : x.sensors)
    append_lines(result, "damage: ", topic, y.faults);
  return result;
}

json json_of(const camera_audit& x) {
  json result;
  result["films"] = x.films;
  result["frames"] = x.frames;
  result["bytes"] = x.bytes;
  result["rebuilt"] = x.rebuilt;
  result["captured"] = x.captured;
  result["recorded"] = x.recorded;
  result["lost"] = x.lost;
  result["lost_by_place"] = x.lost_by_place;
  result["losses"] = x.losses;
  result["damage"] = x.faults;
  return result;
}

json json_of(const sensor_audit& x) {
  return {{"files", x.files},       {"readings", x.rows},
          {"received", x.received}, {"written", x.written},
          {"rejected", x.rejected}, {"losses", x.losses},
          {"damage", x.faults}};
}

json json_of(const session_audit& x) {
  json result;
  result["session"] = x.session.start_ms;
  result["label"] = x.session.label;
  result["state"] = x.state;
  result["manifest"] = x.manifest;
  result["cameras"] = json::object();
  for (auto& [id, y] : x.cameras)
    result["cameras"][id] = json_of(y);
  result["sensors"] = json::object();
  for (auto& [topic, y] : x.sensors)
    result["sensors"][topic] = json_of(y);
  result["losses"] = x.losses;
  result["damage"] = x.faults;
  return result;
}

const char* verdict_of(const data_audit& x) {
  if (x.damaged())
    return "damage";
  return x.lossy() ? "losses, all named" : "all there";
}

} // namespace

std::string render_text(const data_audit& x) {
  std::string result;
  for (auto& session : x.sessions)
    result += text_of(session);
  append_lines(result, "damage: ", "", x.faults);
  append_lines(result, "unknown file: ", "", x.strangers);
  return result + verdict_of(x) + '\n';
}

std::string render_json(const data_audit& x) {
  json result;
  result["verdict"] = verdict_of(x);
  result["sessions"] = json::array();
  for (auto& session : x.sessions)
    result["sessions"].push_back(json_of(session));
  result["damage"] = x.faults;
  result["unknown_files"] = x.strangers;
  return result.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace camnode
