#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/node_query.hpp"
#include "tools/camctl/outcome.hpp"
#include "tools/camctl/wording.hpp"

#include "messages/error.hpp"
#include "messages/name_hint.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

namespace camctl {

namespace {

using camnode::actor_report;
using camnode::any_of_text;
using camnode::name_hint;
using camnode::node_report;
using namespace std::chrono_literals;

constexpr auto poll_interval = 100ms;

const actor_report* find_actor(const node_report& x, const std::string& name) {
  auto i = std::find_if(x.actors.begin(), x.actors.end(),
                        [&](const auto& y) { return y.name == name; });
  return i == x.actors.end() ? nullptr : &*i;
}

/// Waits until an actor that was killed has been started again.
int wait_for_life(const node_query& query, asker& nodes, const answer& node,
                  const std::string& name) {
  auto& at = node.at;
  auto restarts = find_actor(node.report, name)->restarts;
  // The longest back-off is 10 s.
  auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < 15s) {
    std::this_thread::sleep_for(poll_interval);
    // Who kills INSPECTOR is cut off for a moment.
    auto report = nodes.link().look(at);
    auto x = report ? find_actor(*report, name) : nullptr;
    if (x != nullptr && x->alive && x->restarts > restarts) {
      int64_t took_ns
        = std::chrono::nanoseconds{std::chrono::steady_clock::now() - begin}
            .count();
      tell(query, node,
           name + " is back after " + duration_text(took_ns) + ", restart "
             + std::to_string(x->restarts),
           {{"killed", name},
            {"back_after_ns", took_ns},
            {"restarts", x->restarts}});
      return all_well;
    }
  }
  return tell_failure(query, node, name + " is not back after 15 s",
                      {{"killed", name}});
}

} // namespace

int run_kill(const std::vector<std::string>& given) {
  auto query = read_query(given,
                          {R"(Usage: camctl kill NAME [--wait] [OPTION ...]

Ends an actor of one node, so that supervision can be seen to work: it is
started again after 0.1 s, or up to 10 s if it has been ending often.

  --wait  Returns when it is back; exit code 1 if it is not within 15 s.
)",
                           {"json", "wait"},
                           {},
                           "the NAME of an actor (camctl ps has them)"});
  auto& name = query.rest.words[0];
  asker nodes{query};
  std::vector<std::string> names;
  auto x = nodes.look_for(
    [&](const node_report& y) {
      for (auto& actor : y.actors)
        names.push_back(actor.name);
      return find_actor(y, name) != nullptr;
    },
    "actor '" + printable(name) + "'",
    [&] {
      return printable(name_hint(name, names, "camctl ps has the names"));
    });
  auto told = nodes.link().kill(x, name);
  if (!told)
    leave(tell_failure(query, x, camnode::reason_of(told.error()), {}));
  auto waits = query.rest.has("wait");
  if (!waits || !query.json)
    tell(query, x, *told, {{"killed", name}});
  leave(waits ? wait_for_life(query, nodes, x, name) : int{all_well});
}

int run_console(const std::vector<std::string>& given) {
  auto query = read_query(given, {R"(Usage: camctl console [OPTION ...]

Prints the address of a client's page, with the token that lets a browser in:
keep it to yourself.
)",
                                  {"json"}});
  asker nodes{query};
  auto x = nodes.look_for(
    [](const node_report& y) { return y.role == "client"; }, "client");
  auto page = nodes.link().page(x);
  if (!page)
    leave(tell_failure(query, x, camnode::reason_of(page.error()), {}));
  tell(query, x, *page, {{"page", *page}});
  leave(all_well);
}

int run_mark(const std::vector<std::string>& given) {
  auto query = read_query(
    given, {R"(Usage: camctl mark TEXT [--key KEY=VALUE ...] [OPTION ...]

Sets a marker in the session that a client records, at the instant at which the
client hears of it. Exit code 1 if nothing is being recorded.

  --key KEY=VALUE     A further column of the marker; may be repeated.
)",
            {"json"},
            {"key"},
            "the marker's text"});
  nlohmann::json payload = pairs_of(query, "key");
  if (payload.contains("text"))
    refuse("--key=text: the text is the word after mark");
  payload["text"] = query.rest.words[0];
  if (!payload.contains("source"))
    payload["source"] = "camctl";
  auto text = text_of(payload);
  asker nodes{query};
  auto x = nodes.look_for(
    [](const node_report& y) { return y.role == "client"; }, "client");
  auto told = nodes.link().mark(x, text);
  if (!told)
    leave(tell_failure(query, x, camnode::reason_of(told.error()), {}));
  tell(query, x, *told, {{"marked", query.rest.words[0]}});
  leave(all_well);
}

int run_log_level(const std::vector<std::string>& given) {
  auto query = read_query(given, {R"(Usage: camctl log-level LEVEL [OPTION ...]

Has one node log from LEVEL on, until it ends: debug, info, warning or error.
)",
                                  {"json"},
                                  {},
                                  "debug, info, warning or error"});
  auto& level = query.rest.words[0];
  const std::vector<std::string> known{"debug", "info", "warning", "error"};
  if (std::find(known.begin(), known.end(), level) == known.end())
    refuse("there is no level " + printable(level) + "; "
           + name_hint(level, known, "want " + any_of_text(known)));
  asker nodes{query};
  auto x = nodes.look_for([](const node_report&) { return true; }, "node");
  auto told = nodes.link().set_level(x, level);
  if (!told)
    leave(tell_failure(query, x, camnode::reason_of(told.error()), {}));
  tell(query, x, *told, {{"level", level}});
  leave(all_well);
}

} // namespace camctl
