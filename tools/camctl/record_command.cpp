#include "messages/wire/json_text.hpp"
#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/node_query.hpp"
#include "tools/camctl/outcome.hpp"
#include "tools/camctl/wording.hpp"

#include "messages/error.hpp"
#include "messages/name_hint.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>

namespace camctl {

namespace {

using camnode::any_of_text;
using camnode::name_hint;
using camnode::node_report;
using json = nlohmann::json;
using namespace std::chrono_literals;

constexpr auto poll_interval = 100ms;

/// Keys of the metadata that have options of their own.
constexpr std::array texts_of_metadata{"subject", "experimenter", "notes"};

/// @param names A list of texts.
std::string joined(const json& names) {
  std::string result;
  for (auto& x : names)
    if (x.is_string())
      result += (result.empty() ? "" : ", ") + x.get<std::string>();
  return printable(result);
}

/// The truth light of a client; discarded where there is none.
json truth_of(const node_report& x) {
  return camnode::parse_json(x.truth);
}

template <class T>
T field(const json& object, const char* name, T otherwise) {
  auto i = object.find(name);
  if (i == object.end())
    return otherwise;
  // It may not fit into an integer, into which it would be cast.
  if (std::is_integral_v<T> && i->is_number_float())
    return otherwise;
  try {
    return i->get<T>();
  } catch (const json::exception&) {
    return otherwise;
  }
}

/// What is missing of a camera though no number tells it.
std::string away_words(const json& camera) {
  std::string result;
  if (auto n = field<uint64_t>(camera, "server_restarts", 0); n > 0)
    result += ", " + std::to_string(n) + (n == 1 ? " restart" : " restarts");
  if (auto s = field<double>(camera, "seconds_without_frames", 0); s > 0)
    result += ", " + format("%.1f", s) + " s without a frame";
  return result;
}

void print_truth(const answer& x, bool as_json) {
  auto truth = truth_of(x.report);
  if (as_json) {
    std::cout << x.report.truth << "\n";
    return;
  }
  auto session = field<int64_t>(truth, "session", 0);
  auto label = field<std::string>(truth, "label", "");
  std::cout << headline(x.report, x.at.text()) << "\n"
            << printable(field<std::string>(truth, "state", "?"));
  if (session != 0)
    std::cout << ", session " << session << (label.empty() ? "" : " ")
              << printable(label) << ", " << field<int64_t>(truth, "seconds", 0)
              << " s";
  std::cout << "\n";
  auto cameras = field(truth, "cameras", json::object());
  for (auto& [id, camera] : cameras.items()) {
    auto error = field<std::string>(camera, "last_error", "");
    std::cout << "  " << printable(id) << "  "
              << printable(field<std::string>(camera, "state", "?")) << ", "
              << field<uint64_t>(camera, "frames_durable", 0)
              << " frames durable, " << field<uint64_t>(camera, "lost", 0)
              << " lost" << away_words(camera)
              << (field(camera, "connected", false) ? "" : ", not connected")
              << (error.empty() ? "" : "  ") << printable(error) << "\n";
  }
  auto error = field<std::string>(truth, "last_error", "");
  if (!error.empty())
    std::cout << "last error: " << printable(error) << "\n";
}

bool is_recorder(const node_report& x) {
  return x.role == "client" && truth_of(x).is_object();
}

/// Whether all of the open session's cameras do what they should.
bool all_record(const json& truth) {
  auto cameras = field(truth, "cameras", json::object());
  return std::all_of(cameras.begin(), cameras.end(), [](const json& x) {
    return field<std::string>(x, "state", "") != "stalled";
  });
}

/// Tells what a start came to, camera by camera.
/// @param truth The truth light.
int tell_start(const node_query& query, const answer& x, int64_t session,
               const json& truth) {
  auto result = int{all_well};
  auto cameras = field(truth, "cameras", json::object());
  auto missing = field(truth, "missing", json::object());
  for (auto& [id, since] : missing.items())
    std::cerr << "camctl: " << printable(id) << " is missing, "
              << printable(field<std::string>(missing, id.c_str(), "")) << "\n";
  auto not_back = field(truth, "not_as_last_time", json::array());
  if (!not_back.empty())
    std::cerr << "camctl: not there as in the last session: "
              << joined(not_back) << "\n";
  for (auto i = cameras.begin(); i != cameras.end();) { // That is told.
    auto gone = field<std::string>(*i, "state", "") == "gone";
    i = gone || missing.contains(i.key()) ? cameras.erase(i) : std::next(i);
  }
  for (auto& [id, camera] : cameras.items()) {
    if (field<std::string>(camera, "state", "") != "stalled")
      continue;
    auto why = field<std::string>(camera, "last_error", "");
    std::cerr << "camctl: " << printable(id) << " is not recorded"
              << (why.empty() ? "" : ": ") << printable(why) << "\n";
    result = failed;
  }
  if (cameras.empty())
    std::cerr << "camctl: no camera is known: sensors alone are recorded\n";
  auto n = cameras.size();
  tell(query, x,
       "recording " + std::to_string(n) + (n == 1 ? " camera" : " cameras")
         + ", session " + std::to_string(session),
       {{"state", "recording"}, {"session", session}, {"cameras", n}});
  return result;
}

/// Waits for what a command comes to, in the truth light.
class command_watch {
public:
  command_watch(const node_query& query, const answer& before, bool start)
    : query_(query),
      before_(before),
      start_(start),
      truth_before_(truth_of(before.report)) {
  }

  /// @returns The exit code; nothing while it is not known yet.
  std::optional<int> look(const json& now) {
    if (refusals(now) > refusals(truth_before_)) {
      auto why = field<std::string>(now, "last_error", "");
      return tell_failure(query_, before_, "refused: " + why, {});
    }
    return start_ ? look_for_start(now) : look_for_stop(now);
  }

private:
  static uint64_t refusals(const json& x) {
    return field<uint64_t>(x, "commands_refused", 0);
  }

  static int64_t session(const json& x) {
    return field<int64_t>(x, "session", 0);
  }

  static std::string state(const json& x) {
    return field<std::string>(x, "state", "");
  }

  /// Until each camera is recorded, or known not to be; a short session may be
  /// over before that.
  std::optional<int> look_for_start(const json& now) {
    if (state(now) == "recording" && session(now) != session(truth_before_)) {
      begun_ = session(now);
      truth_ = now;
      auto cameras = field(now, "cameras", json::object());
      for (auto& x : cameras)
        if (field<std::string>(x, "state", "") == "starting")
          return std::nullopt;
    } else if (begun_ == 0) {
      return std::nullopt;
    }
    return tell_start(query_, before_, begun_, truth_);
  }

  std::optional<int> look_for_stop(const json& now) const {
    auto was = session(truth_before_);
    if (state(now) != "idle" || was == 0)
      return std::nullopt;
    auto late = field(now, "late_sessions", json::object());
    if (auto who = late.find(std::to_string(was)); who != late.end()) {
      auto what = "stopped, but session " + std::to_string(was)
                  + " is not complete: " + joined(*who)
                  + "; camctl verify tells what is there";
      return tell_failure(query_, before_, what,
                          {{"state", "idle"}, {"session", was}});
    }
    tell(query_, before_,
         "stopped, session " + std::to_string(was) + " is complete",
         {{"state", "idle"}, {"session", was}});
    return all_well;
  }

  const node_query& query_;
  const answer& before_;
  const bool start_;
  const json truth_before_;
  int64_t begun_ = 0;           ///< The session that the start has begun.
  json truth_ = json::object(); ///< The last one of that session.
};

int command_recording(const node_query& query, asker& nodes, const answer& x,
                      bool start, const std::string& payload) {
  auto told = nodes.link().record(x, payload);
  if (!told)
    return tell_failure(query, x, camnode::reason_of(told.error()), {});
  command_watch watch{query, x, start};
  // A stop waits up to 15 s for cameras that are away.
  auto end = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < end) {
    auto report = nodes.link().look(x.at);
    if (!report)
      return tell_failure(query, x, camnode::reason_of(report.error()), {});
    if (auto result = watch.look(truth_of(*report)))
      return *result;
    std::this_thread::sleep_for(poll_interval);
  }
  auto what = std::string{"told to "} + (start ? "start" : "stop")
              + ", and nothing has come of it for 20 s; see camctl record "
                "status";
  return tell_failure(query, x, what, {});
}

/// The same JSON as over MQTT; the node checks it.
std::string payload_of(const node_query& query, bool start) {
  json result{{"action", start ? "start" : "stop"}};
  if (query.rest.has("label"))
    result["label"] = query.rest.value("label");
  if (query.rest.has("force"))
    result["force"] = true;
  if (query.rest.has("without-missing"))
    result["without_missing"] = true;
  if (query.rest.has("duration")) {
    auto text = query.rest.value("duration");
    auto seconds = camnode::parse_json(text);
    if (!seconds.is_number()) {
      std::cerr << "camctl: --duration=" << text << ": want seconds\n";
      leave(wrong_usage);
    }
    result["duration_s"] = seconds;
  }
  json metadata = pairs_of(query, "metadata");
  for (auto* key : texts_of_metadata)
    if (query.rest.has(key))
      metadata[key] = query.rest.value(key);
  if (!metadata.empty())
    result["metadata"] = std::move(metadata);
  return text_of(result);
}

/// Refuses what does not belong together.
void check_words(const node_query& query, const std::string& what) {
  const std::vector<std::string> known{"start", "stop", "status"};
  if (std::find(known.begin(), known.end(), what) == known.end())
    refuse("there is no record " + printable(what) + "; "
           + name_hint(what, known, "want " + any_of_text(known)));
  for (auto* option : {"duration", "force", "without-missing", "metadata",
                       "subject", "experimenter", "notes"})
    if (what != "start" && query.rest.has(option))
      refuse(std::string{"--"} + option + ": is for record start");
  if (what == "status" && query.rest.has("label"))
    refuse("--label: is for record start and stop");
  if (what != "status" && query.watch)
    refuse("--watch: is for record status");
}

[[noreturn]] void show_status(const node_query& query, asker& nodes) {
  auto at = nodes.look_for(is_recorder, "client").at;
  run_shown(query, [&] {
    auto report = nodes.link().look(at);
    if (!report)
      return complain(report.error());
    print_truth({at, *report}, query.json);
    return int{all_record(truth_of(*report)) ? all_well : failed};
  });
}

} // namespace

int run_record(const std::vector<std::string>& given) {
  auto query = read_query(
    given,
    {R"(Usage: camctl record start [--label LABEL] [--duration SECONDS] [--force]
                           [--without-missing] [--subject TEXT]
                           [--experimenter TEXT] [--notes TEXT]
                           [--metadata KEY=VALUE ...] [OPTION ...]
       camctl record stop [--label LABEL] [OPTION ...]
       camctl record status [OPTION ...]

Starts or stops recording on one client, and returns once it has: with exit code
1 and the reason if the client refuses, or if frames of a camera that it knows do
not reach the disk. status prints what is really on disk: exit code 1 if a camera
that should be recorded is not.

  --label LABEL       Names the session: 64 of A-Z a-z 0-9 . _ - at most. A stop
                      that names another one than is recorded is refused.
  --duration SECONDS  Stops by itself, 0.1 to 2592000 s later.
  --force             Starts although the disk is nearly full.
  --without-missing   Starts although cameras of record.expect are not there.
  --subject TEXT, --experimenter TEXT, --notes TEXT, --metadata KEY=VALUE
                      What the session is remembered with, in its manifest:
                      64 keys and 16 KiB at most.
)",
     {"json", "watch", "force", "without-missing"},
     {"label", "duration", "subject", "experimenter", "notes", "metadata"},
     "start, stop or status"});
  auto& what = query.rest.words[0];
  check_words(query, what);
  asker nodes{query};
  if (what == "status")
    show_status(query, nodes);
  auto payload = payload_of(query, what == "start");
  auto x = nodes.look_for(is_recorder, "client");
  leave(command_recording(query, nodes, x, what == "start", payload));
}

} // namespace camctl
