#include "tools/camctl/report_json.hpp"

#include "messages/wire/json_text.hpp"
#include "tools/camctl/trouble.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camctl {

using json = nlohmann::ordered_json;
using namespace camnode;

namespace {

json begin(const node_report& x, const std::string& at) {
  return {{"node",
           {{"address", at},
            {"role", x.role},
            {"id", x.id},
            {"version", x.version},
            {"pid", x.pid},
            {"uptime_ns", x.uptime_ns},
            {"operates", x.operates}}}};
}

double per_second(uint64_t per_1000_s) {
  return static_cast<double>(per_1000_s) / 1000;
}

json of_actor(const actor_report& x) {
  json result{{"name", x.name},
              {"supervisor", x.supervisor},
              {"alive", x.alive},
              {"state", x.state},
              {"uptime_ns", x.uptime_ns},
              {"due_ns", x.due_ns},
              {"restarts", x.restarts},
              {"last_end", x.last_end},
              {"last_error", x.last_error},
              {"last_error_age_ns", x.last_error_age_ns},
              {"alarm", x.alarm},
              {"trouble", trouble_of(x)},
              {"mailbox", x.mailbox},
              {"oldest_ns", x.oldest_ns},
              {"busy_ns", x.busy_ns},
              {"busy_with", x.busy_with},
              {"handled", x.handled},
              {"per_second", per_second(x.per_1000_s)},
              {"load", x.load_ppm / 1e6},
              {"p50_ns", x.p50_ns},
              {"p99_ns", x.p99_ns}};
  auto messages = json::object();
  for (auto& y : x.messages)
    messages[y.type] = {{"handled", y.count},
                        {"per_second", per_second(y.per_1000_s)}};
  result["messages"] = messages;
  return result;
}

json of_part(const part_report& x) {
  json result{{"name", x.name},
              {"kind", x.kind},
              {"owner", x.owner},
              {"state", x.state}};
  for (auto& y : x.figures)
    if (y.text.empty())
      result[y.name] = y.value;
    else
      result[y.name] = y.text;
  return result;
}

json all_actors(const node_report& x) {
  auto result = json::array();
  for (auto& y : x.actors)
    result.push_back(of_actor(y));
  return result;
}

std::string line(json x) {
  return json_text(std::move(x), -1) + "\n";
}

} // namespace

std::string tree_json(const node_report& x, const std::string& at) {
  auto result = begin(x, at);
  result["actors"] = all_actors(x);
  auto parts = json::array();
  for (auto& y : x.parts)
    parts.push_back(of_part(y));
  result["parts"] = parts;
  return line(result);
}

std::string actors_json(const node_report& x, const std::string& at) {
  auto result = begin(x, at);
  result["actors"] = all_actors(x);
  return line(result);
}

std::string actor_json(const node_report& x, const std::string& at,
                       const actor_report& actor) {
  auto result = begin(x, at);
  result["actor"] = of_actor(actor);
  auto parts = json::array();
  for (auto& y : x.parts)
    if (y.owner == actor.name)
      parts.push_back(of_part(y));
  result["parts"] = parts;
  return line(result);
}

std::string part_json(const node_report& x, const std::string& at,
                      const part_report& part) {
  auto result = begin(x, at);
  result["part"] = of_part(part);
  return line(result);
}

std::string servers_json(const node_report& x, const std::string& at) {
  auto result = begin(x, at);
  auto servers = json::array();
  for (auto& y : x.parts)
    if (y.kind == "server")
      servers.push_back(of_part(y));
  result["servers"] = servers;
  return line(result);
}

} // namespace camctl
