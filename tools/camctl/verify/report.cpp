#include "tools/camctl/verify/verify.hpp"

#include "messages/disk/foreign_list.hpp"
#include "messages/when.hpp"
#include "messages/wire/json_text.hpp"
#include "tools/camctl/verify/aligned.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camnode {

namespace {

using json = nlohmann::ordered_json;

/// Of a camera or a sensor.
template <class Audit>
std::string verdict(const Audit& x, bool over) {
  if (!x.faults.empty())
    return "DAMAGED";
  auto result = x.losses.empty() ? "all there" : "losses, all named";
  return over ? result : result + std::string{" so far"};
}

/// What to call what is not over.
std::string unfinished(const data_audit& x) {
  return x.in_use.value_or(true) ? "recording" : "unfinished";
}

/// One line on why a session is not over.
std::string why_not_over(const data_audit& x) {
  if (!x.in_use)
    return "whether a client still records it cannot be told";
  return *x.in_use ? "a running client is at it"
                   : "unfinished, and no client has this folder: start the "
                     "client again, which repairs it";
}

void append_lines(std::string& out, const char* what, const std::string& who,
                  const std::vector<std::string>& lines) {
  for (auto& x : lines)
    out += std::string{"  "} + what + (who.empty() ? "" : who + ": ") + x
           + '\n';
}

std::string camera_table(const session_audit& x) {
  text_rows rows{{"camera", "films", "frames", "rebuilt", "lost", "size", ""}};
  if (!x.over)
    rows[0].insert(rows[0].begin() + 2, "open");
  for (auto& [id, y] : x.cameras) {
    rows.push_back({id, std::to_string(y.films), std::to_string(y.frames),
                    std::to_string(y.rebuilt), std::to_string(y.lost),
                    bytes_text(y.bytes), verdict(y, x.over)});
    if (!x.over)
      rows.back().insert(rows.back().begin() + 2,
                         std::to_string(y.open.size()));
  }
  return rows.size() > 1 ? aligned(rows, {0}) : std::string{};
}

std::string sensor_table(const session_audit& x) {
  text_rows rows{{"sensor", "files", "readings", "received", "rejected", ""}};
  for (auto& [topic, y] : x.sensors)
    rows.push_back({topic, std::to_string(y.files), std::to_string(y.rows),
                    std::to_string(y.received), std::to_string(y.rejected),
                    verdict(y, x.over)});
  return rows.size() > 1 ? aligned(rows, {0}) : std::string{};
}

/// A line for each of what `member` has, of the session and its parts.
template <class Member>
void append_all(std::string& out, const char* what, const session_audit& x,
                Member member) {
  append_lines(out, what, "", member(x));
  for (auto& [id, y] : x.cameras)
    append_lines(out, what, id, member(y));
  for (auto& [topic, y] : x.sensors)
    append_lines(out, what, topic, member(y));
}

void append_open(std::string& out, const session_audit& x) {
  for (auto& [id, y] : x.cameras)
    append_lines(out, "open: ", id, y.open);
  for (auto& [topic, y] : x.sensors)
    append_lines(out, "open: ", topic, y.open);
}

std::string text_of(const session_audit& x, const data_audit& all) {
  auto& s = x.session;
  auto result = "session " + std::to_string(s.start_ms)
                + (s.label.empty() ? "" : " " + s.label) + ", "
                + date_text(s.start_ms) + ", " + x.state + "\n";
  if (!x.over)
    result += "  not over: " + why_not_over(all)
              + "; what is complete is checked\n";
  result += camera_table(x) + sensor_table(x);
  append_open(result, x);
  append_all(
    result, "lost: ", x, [](auto& y) -> auto& { return y.losses; });
  append_all(
    result, "damage: ", x, [](auto& y) -> auto& { return y.faults; });
  return result;
}

// As manifests have them.

json json_of(const recorded_loss& x) {
  return {{"epoch", x.epoch},
          {"first_sequence", x.first},
          {"last_sequence", x.last},
          {"frames", x.frames()},
          {"place", to_string(x.place)},
          {"before_ns", x.before_ns}};
}

json json_of(const recorded_break& x) {
  json result{{"epoch", x.last.epoch},
              {"unknown_behind_sequence", x.last.sequence},
              {"before_ns", x.before_ns}};
  if (x.until.sequence != 0) {
    result["until_epoch"] = x.until.epoch;
    result["until_sequence"] = x.until.sequence;
  }
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
  result["open"] = x.open;
  result["open_frames"] = x.open_frames;
  result["losses"] = x.losses;
  result["lost_frames"] = json::array();
  for (auto& y : x.lost_frames)
    result["lost_frames"].push_back(json_of(y));
  result["server_restarts"] = json::array();
  for (auto& y : x.breaks)
    result["server_restarts"].push_back(json_of(y));
  result["damage"] = x.faults;
  return result;
}

json json_of(const sensor_audit& x) {
  return {{"files", x.files},       {"readings", x.rows},
          {"received", x.received}, {"written", x.written},
          {"rejected", x.rejected}, {"open", x.open},
          {"losses", x.losses},     {"damage", x.faults}};
}

/// Of a session, or of all.
template <class Audit>
std::string verdict_of(const Audit& x, bool over, const data_audit& all) {
  if (x.damaged())
    return "damage";
  if (x.lossy())
    return "losses, all named";
  return over ? "all there" : unfinished(all);
}

json json_of(const session_audit& x, const data_audit& all) {
  json result;
  result["session"] = x.session.start_ms;
  result["label"] = x.session.label;
  result["state"] = x.state;
  result["over"] = x.over;
  result["verdict"] = verdict_of(x, x.over, all);
  result["manifest"] = x.manifest;
  result["cameras"] = json::object();
  for (auto& [id, y] : x.cameras)
    result["cameras"][id] = json_of(y);
  result["sensors"] = json::object();
  for (auto& [topic, y] : x.sensors)
    (topic == marker_topic ? result["markers"] : result["sensors"][topic])
      = json_of(y);
  result["losses"] = x.losses;
  result["damage"] = x.faults;
  return result;
}

/// The last line of the text.
std::string summary(const data_audit& x) {
  auto result = verdict_of(x, x.over(), x);
  if (x.over())
    return result;
  if (!x.damaged() && !x.lossy())
    return result + ": what is complete is all there";
  return result + "; a session is not over (" + unfinished(x) + ')';
}

} // namespace

std::string render_text(const data_audit& x) {
  std::string result;
  for (auto& session : x.sessions)
    result += text_of(session, x);
  append_lines(result, "damage: ", "", x.faults);
  if (!x.strangers.empty())
    result += summary_of(x.strangers) + '\n';
  return result + summary(x) + '\n';
}

std::string render_json(const data_audit& x) {
  json result;
  result["verdict"] = verdict_of(x, x.over(), x);
  if (x.in_use)
    result["in_use"] = *x.in_use;
  else
    result["in_use"] = nullptr;
  result["sessions"] = json::array();
  for (auto& session : x.sessions)
    result["sessions"].push_back(json_of(session, x));
  result["damage"] = x.faults;
  result["unknown_files"] = x.strangers;
  result["foreign"] = json::object();
  for (auto& [folder, y] : by_folder(x.strangers))
    result["foreign"][folder] = y.count;
  return json_text(std::move(result), 2) + "\n";
}

} // namespace camnode
