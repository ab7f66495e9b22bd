#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/node_query.hpp"
#include "tools/camctl/render.hpp"
#include "tools/camctl/report_json.hpp"
#include "tools/camctl/terminal.hpp"
#include "tools/camctl/wording.hpp"

#include "messages/name_hint.hpp"

#include <algorithm>
#include <iostream>
#include <string>

namespace camctl {

namespace {

using camnode::node_report;

/// Prints what `text` or `as_json` makes of each node that is asked.
template <class Text, class Json>
[[noreturn]] void show_nodes(const node_query& query, Text text, Json as_json) {
  asker nodes{query};
  run_shown(query, [&] {
    auto ok = true;
    auto answers = nodes.look(ok);
    for (auto& x : answers) {
      auto at = x.at.text();
      if (query.json)
        std::cout << as_json(x.report, at);
      else
        std::cout << (&x == &answers.front() ? "" : "\n")
                  << headline(x.report, at) << "\n"
                  << text(x.report);
    }
    return ok ? all_well : failed;
  });
}

/// Prints what is known of `name`, if the node has such a thing.
bool show_named(const answer& x, const std::string& name, bool as_json) {
  auto at = x.at.text();
  for (auto& y : x.report.actors)
    if (y.name == name) {
      std::cout << (as_json ? actor_json(x.report, at, y)
                            : headline(x.report, at) + "\n"
                                + describe_actor(x.report, y));
      return true;
    }
  for (auto& y : x.report.parts)
    if (y.name == name) {
      std::cout << (as_json ? part_json(x.report, at, y)
                            : headline(x.report, at) + "\n" + describe_part(y));
      return true;
    }
  return false;
}

int complain_of_name(const std::vector<answer>& answers,
                     const std::string& name) {
  std::vector<std::string> names;
  for (auto& x : answers) {
    for (auto& y : x.report.actors)
      names.push_back(y.name);
    for (auto& y : x.report.parts)
      names.push_back(y.name);
  }
  std::cerr << "camctl: there is no '" << printable(name) << "'; "
            << printable(
                 camnode::name_hint(name, names, "camctl tree has the names"))
            << "\n";
  return failed;
}

} // namespace

int run_tree(const std::vector<std::string>& given) {
  auto query = read_query(given, {R"(Usage: camctl tree [OPTION ...]

Draws a node: its actors below their supervisors, each with its state, and in
brackets what is no actor: rings, readers, connections, books. A ! marks what
is stuck, waits for long, or is not there.
)",
                                  {"all", "json", "watch"}});
  show_nodes(query, draw_tree, tree_json);
}

int run_ps(const std::vector<std::string>& given) {
  std::string keys;
  for (auto& x : sort_keys())
    keys += (keys.empty() ? "" : "|") + x;
  auto help = R"(Usage: camctl ps [--sort KEY] [OPTION ...]

Lists the actors of a node. OLDEST is the age of the oldest message that waits,
LOAD the share of the last second spent in handlers, P50 and P99 the times
within which half and 99 % of all handlers were done, BUSY how long the present
handler has been running.

  --sort )" + keys
              + "\n";
  auto query = read_query(given,
                          {help.c_str(), {"all", "json", "watch"}, {"sort"}});
  auto sort = query.rest.value("sort", "name");
  auto& known = sort_keys();
  if (std::find(known.begin(), known.end(), sort) == known.end())
    refuse("--sort=" + printable(sort) + ": want "
           + camnode::any_of_text(known));
  show_nodes(
    query,
    [&](const node_report& x) {
      return draw_table(x, sort, terminal::columns_or_0());
    },
    actors_json);
}

int run_show(const std::vector<std::string>& given) {
  auto query = read_query(
    given, {R"(Usage: camctl show NAME [OPTION ...]

Prints everything about one actor, and about what it owns; or about one ring,
reader, connection or book. `camctl tree` has the names.
)",
            {"all", "json", "watch"},
            {},
            "the NAME of an actor or a part (camctl tree has them)"});
  auto& name = query.rest.words[0];
  asker nodes{query};
  run_shown(query, [&] {
    auto ok = true;
    auto answers = nodes.look(ok);
    auto found = false;
    for (auto& x : answers)
      found = show_named(x, name, query.json) || found;
    if (!found && !answers.empty())
      return complain_of_name(answers, name);
    return ok && found ? int{all_well} : int{failed};
  });
}

int run_servers(const std::vector<std::string>& given) {
  auto query = read_query(given, {R"(Usage: camctl servers [OPTION ...]

Lists the servers that a client knows, with their addresses and cameras.
)",
                                  {"all", "json", "watch"}});
  show_nodes(query, draw_servers, servers_json);
}

int run_metrics(const std::vector<std::string>& given) {
  auto query = read_query(given, {R"(Usage: camctl metrics [OPTION ...]

Prints the figures of one node as Prometheus text.
)",
                                  {"watch"}});
  asker nodes{query};
  auto at = nodes.look_for([](const node_report&) { return true; }, "node").at;
  run_shown(query, [&] {
    auto text = nodes.link().metrics(at);
    if (!text)
      return complain(text.error());
    std::cout << printable_lines(*text);
    return int{all_well};
  });
}

} // namespace camctl
