#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/node_query.hpp"
#include "tools/camctl/render.hpp"
#include "tools/camctl/terminal.hpp"
#include "tools/camctl/text_table.hpp"
#include "tools/camctl/wording.hpp"

#include "messages/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>

namespace camctl {

namespace {

using namespace std::chrono_literals;

constexpr auto redraw_interval = 1s;

/// The nodes to show: asked for once, as they may come and go later.
std::vector<node_address> nodes_of(asker& nodes) {
  auto ok = true;
  std::vector<node_address> result;
  for (auto& x : nodes.look(ok))
    result.push_back(x.at);
  if (!ok)
    leave(failed);
  return result;
}

std::string screen_of(const node_link& link,
                      const std::vector<node_address>& nodes,
                      const std::string& sort, size_t width) {
  std::string result;
  for (auto& at : nodes) {
    auto report = link.look(at);
    if (report)
      result += cut(headline(*report, at.text()), width) + "\n"
                + draw_table(*report, sort, width);
    else
      result += cut(camnode::reason_of(report.error()), width) + "\n";
    result += "\n";
  }
  return result + "sorted by " + sort + "; s: by the next column, q: quit\n";
}

/// @param key What to sort by at first, out of `sort_keys`.
void draw_until_quit(const node_link& link,
                     const std::vector<node_address>& nodes,
                     std::vector<std::string>::const_iterator key) {
  using clock = std::chrono::steady_clock;
  terminal screen;
  auto next = clock::now();
  for (;;) {
    screen.draw(screen_of(link, nodes, *key, terminal::dimensions().columns));
    next = std::max(next + redraw_interval, clock::now());
    auto pressed = screen.wait_key(
      std::chrono::duration_cast<std::chrono::milliseconds>(next
                                                            - clock::now()));
    if (pressed == 'q')
      return;
    if (pressed == 's' && ++key == sort_keys().end())
      key = sort_keys().begin();
    if (pressed != 0)
      next -= redraw_interval; // Shows it at once.
  }
}

} // namespace

int run_top(const std::vector<std::string>& given) {
  auto query = read_query(given, {R"(Usage: camctl top [--sort KEY] [OPTION ...]

Shows what the actors of a node do, every second anew. q or Ctrl+C ends it, s
sorts by the next column. See camctl ps --help for the columns.

  --sort KEY  As for ps. Default: load
)",
                                  {"all"},
                                  {"sort"}});
  auto& keys = sort_keys();
  auto key = std::find(keys.begin(), keys.end(),
                       query.rest.value("sort", "load"));
  if (key == keys.end() || isatty(STDIN_FILENO) == 0
      || isatty(STDOUT_FILENO) == 0) {
    std::cerr << (key == keys.end() ? "camctl: --sort: see camctl ps --help\n"
                                    : "camctl: top draws on a terminal alone; "
                                      "try ps --watch\n");
    leave(wrong_usage);
  }
  asker nodes{query};
  auto shown = nodes_of(nodes);
  draw_until_quit(nodes.link(), shown, key);
  leave(all_well);
}

} // namespace camctl
