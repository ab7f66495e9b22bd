#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/node_query.hpp"
#include "tools/camctl/render.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

namespace camctl {

namespace {

using camnode::actor_report;
using camnode::node_report;
using json = nlohmann::json;
using namespace std::chrono_literals;

constexpr auto poll_interval = 100ms;

const actor_report* find_actor(const node_report& x, const std::string& name) {
  auto i = std::find_if(x.actors.begin(), x.actors.end(),
                        [&](const auto& y) { return y.name == name; });
  return i == x.actors.end() ? nullptr : &*i;
}

[[noreturn]] void finish(const caf::expected<std::string>& answer) {
  if (!answer)
    leave(complain(answer.error()));
  std::cout << printable(*answer) << "\n";
  leave(all_well);
}

/// Waits until an actor has been started again.
/// @param restarts What it had before.
int wait_for_life(asker& nodes, const node_address& at, const std::string& name,
                  uint32_t restarts) {
  // The longest back-off is 10 s.
  auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < 15s) {
    std::this_thread::sleep_for(poll_interval);
    // Who kills INSPECTOR is cut off for a moment.
    nodes.link().forget(at);
    auto report = nodes.link().look(at);
    auto x = report ? find_actor(*report, name) : nullptr;
    if (x != nullptr && x->alive && x->restarts > restarts) {
      auto took = std::chrono::steady_clock::now() - begin;
      std::cout << printable(name) << " is back after "
                << duration_text(std::chrono::nanoseconds{took}.count())
                << ", restart " << x->restarts << "\n";
      return all_well;
    }
  }
  std::cerr << "camctl: " << printable(name) << " is not back after 15 s\n";
  return failed;
}

/// The truth light of a client; discarded where there is none.
json truth_of(const node_report& x) {
  return json::parse(x.truth, nullptr, false);
}

template <class T>
T field(const json& object, const char* name, T otherwise) {
  auto i = object.find(name);
  if (i == object.end())
    return otherwise;
  try {
    return i->get<T>();
  } catch (const json::exception&) {
    return otherwise;
  }
}

void print_truth(const answer& x, bool as_json) {
  auto truth = truth_of(x.report);
  if (as_json) {
    std::cout << x.report.truth << "\n";
    return;
  }
  auto session = field<int64_t>(truth, "session", 0);
  auto label = field<std::string>(truth, "label", "");
  std::cout << headline(x.report, x.at.text())
            << printable(field<std::string>(truth, "state", "?"));
  if (session != 0)
    std::cout << ", session " << session << (label.empty() ? "" : " ")
              << printable(label) << ", " << field<int64_t>(truth, "seconds", 0)
              << " s";
  std::cout << "\n";
  auto cameras = field(truth, "cameras", json::object());
  for (auto& [id, camera] : cameras.items())
    std::cout << "  " << printable(id) << "  "
              << printable(field<std::string>(camera, "state", "?")) << ", "
              << field<uint64_t>(camera, "frames_durable", 0)
              << " frames durable, " << field<uint64_t>(camera, "lost", 0)
              << " lost"
              << (field(camera, "connected", false) ? "" : ", not connected")
              << "  " << printable(field<std::string>(camera, "last_error", ""))
              << "\n";
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

/// What a command came to. Nothing: not known yet.
std::optional<int> outcome(bool start, const json& before, const json& now) {
  auto refusals = [](const json& x) {
    return field<uint64_t>(x, "commands_refused", 0);
  };
  auto session = [](const json& x) { return field<int64_t>(x, "session", 0); };
  if (refusals(now) > refusals(before)) {
    std::cerr << "camctl: refused: "
              << printable(field<std::string>(now, "last_error", "")) << "\n";
    return failed;
  }
  auto state = field<std::string>(now, "state", "");
  auto done = start ? state == "recording" && session(now) != session(before)
                    : state == "idle" && session(before) != 0;
  if (!done)
    return std::nullopt;
  if (start)
    std::cout << "recording, session " << session(now) << "\n";
  else
    std::cout << "stopped, session " << session(before) << " is complete\n";
  return all_well;
}

int command_recording(asker& nodes, const answer& x, bool start,
                      const std::string& payload) {
  auto told = nodes.link().record(x.at, payload);
  if (!told)
    return complain(told.error());
  auto before = truth_of(x.report);
  // A stop waits up to 15 s for cameras that are away.
  auto end = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < end) {
    auto report = nodes.link().look(x.at);
    if (!report)
      return complain(report.error());
    if (auto result = outcome(start, before, truth_of(*report)))
      return *result;
    std::this_thread::sleep_for(poll_interval);
  }
  std::cerr << "camctl: told to " << (start ? "start" : "stop")
            << ", and nothing has come of it for 20 s; see camctl record "
               "status\n";
  return failed;
}

/// The same JSON as over MQTT; the node checks it.
std::string payload_of(const node_query& query, bool start) {
  json result{{"action", start ? "start" : "stop"}};
  if (query.rest.has("label"))
    result["label"] = query.rest.value("label");
  if (query.rest.has("force"))
    result["force"] = true;
  if (query.rest.has("duration")) {
    auto text = query.rest.value("duration");
    auto seconds = json::parse(text, nullptr, false);
    if (!seconds.is_number()) {
      std::cerr << "camctl: --duration=" << text << ": want seconds\n";
      leave(wrong_usage);
    }
    result["duration_s"] = seconds;
  }
  return result.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

int run_kill(const std::vector<std::string>& given) {
  auto query = read_query(given,
                          {R"(Usage: camctl kill NAME [--wait] [OPTION ...]

Ends an actor of one node, so that supervision can be seen to work: it is
started again after 0.1 s, or up to 10 s if it has been ending often.

  --wait  Returns when it is back; exit code 1 if it is not within 15 s.
)",
                           {"wait"},
                           {},
                           1,
                           1});
  auto& name = query.rest.words[0];
  asker nodes{query};
  auto x = nodes.look_for(
    [&](const node_report& y) { return find_actor(y, name) != nullptr; },
    "an actor '" + printable(name) + "'");
  auto restarts = find_actor(x.report, name)->restarts;
  auto told = nodes.link().kill(x.at, name);
  if (!told || !query.rest.has("wait"))
    finish(told);
  std::cout << printable(*told) << "\n";
  leave(wait_for_life(nodes, x.at, name, restarts));
}

int run_record(const std::vector<std::string>& given) {
  auto query = read_query(
    given,
    {R"(Usage: camctl record start [--label LABEL] [--duration SECONDS] [--force]
                           [OPTION ...]
       camctl record stop [OPTION ...]
       camctl record status [OPTION ...]

Starts or stops recording on one client, and returns once it has: with exit code
1 and the reason if the client refuses. status prints what is really on disk:
exit code 1 if a camera that should be recorded is not.

  --label LABEL       Names the session: 64 of A-Z a-z 0-9 . _ - at most.
  --duration SECONDS  Stops by itself, 0.1 to 2592000 s later.
  --force             Starts although the disk is nearly full.
)",
     {"force"},
     {"label", "duration"},
     1,
     1});
  auto& what = query.rest.words[0];
  if (what != "start" && what != "stop" && what != "status") {
    std::cerr << "camctl: record " << printable(what)
              << ": want start, stop or status\n";
    leave(wrong_usage);
  }
  asker nodes{query};
  if (what == "status")
    run_shown(query, [&] {
      auto x = nodes.look_for(is_recorder, "client");
      print_truth(x, query.json);
      return all_record(truth_of(x.report)) ? all_well : failed;
    });
  auto payload = payload_of(query, what == "start");
  auto x = nodes.look_for(is_recorder, "client");
  leave(command_recording(nodes, x, what == "start", payload));
}

int run_log_level(const std::vector<std::string>& given) {
  auto query = read_query(given, {R"(Usage: camctl log-level LEVEL [OPTION ...]

Has one node log from LEVEL on, until it ends: debug, info, warning or error.
)",
                                  {},
                                  {},
                                  1,
                                  1});
  asker nodes{query};
  auto at = nodes.look_for([](const node_report&) { return true; }, "node").at;
  finish(nodes.link().set_level(at, query.rest.words[0]));
}

} // namespace camctl
