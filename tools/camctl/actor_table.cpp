#include "tools/camctl/render.hpp"
#include "tools/camctl/text_table.hpp"
#include "tools/camctl/trouble.hpp"
#include "tools/camctl/wording.hpp"

#include <algorithm>
#include <array>

namespace camctl {

using namespace camnode;

namespace {

/// A handler that takes less is not worth a word.
constexpr int64_t shown_busy_ns = 1'000'000;

struct column {
  const char* key;
  const char* title;
  std::string (*text)(const actor_report&);
  int64_t (*rank)(const actor_report&); ///< Big first; null: by name.
};

std::string or_dash(bool there, const std::string& x) {
  return there ? x : "-";
}

const std::array<column, 10>& columns() {
  static const std::array<column, 10> result{{
    {"name", "ACTOR", [](const actor_report& x) { return printable(x.name); },
     nullptr},
    {"uptime", "UP",
     [](const actor_report& x) {
       return or_dash(x.alive, duration_text(x.uptime_ns));
     },
     [](const actor_report& x) { return x.uptime_ns; }},
    {"restarts", "RESTARTS",
     [](const actor_report& x) { return std::to_string(x.restarts); },
     [](const actor_report& x) { return int64_t{x.restarts}; }},
    {"mailbox", "MAILBOX",
     [](const actor_report& x) { return std::to_string(x.mailbox); },
     [](const actor_report& x) { return static_cast<int64_t>(x.mailbox); }},
    {"oldest", "OLDEST",
     [](const actor_report& x) {
       return or_dash(x.mailbox > 0, duration_text(x.oldest_ns));
     },
     [](const actor_report& x) { return x.oldest_ns; }},
    {"rate", "MSG/S",
     [](const actor_report& x) { return rate_text(x.per_1000_s); },
     [](const actor_report& x) { return static_cast<int64_t>(x.per_1000_s); }},
    {"load", "LOAD %",
     [](const actor_report& x) { return format("%.2f", x.load_ppm / 1e4); },
     [](const actor_report& x) { return int64_t{x.load_ppm}; }},
    {"p50", "P50",
     [](const actor_report& x) {
       return or_dash(x.handled > 0, duration_text(x.p50_ns));
     },
     [](const actor_report& x) { return x.p50_ns; }},
    {"p99", "P99",
     [](const actor_report& x) {
       return or_dash(x.handled > 0, duration_text(x.p99_ns));
     },
     [](const actor_report& x) { return x.p99_ns; }},
    {"busy", "BUSY",
     [](const actor_report& x) {
       return or_dash(x.busy_ns >= shown_busy_ns, duration_text(x.busy_ns));
     },
     [](const actor_report& x) { return x.busy_ns; }},
  }};
  return result;
}

} // namespace

const std::vector<std::string>& sort_keys() {
  static const auto result = [] {
    std::vector<std::string> keys;
    for (auto& x : columns())
      keys.push_back(x.key);
    return keys;
  }();
  return result;
}

std::string draw_table(const node_report& x, const std::string& sort,
                       size_t width) {
  auto actors = x.actors;
  std::sort(actors.begin(), actors.end(),
            [](auto& a, auto& b) { return a.name < b.name; });
  for (auto& y : columns())
    if (sort == y.key && y.rank)
      std::stable_sort(actors.begin(), actors.end(),
                       [&](auto& a, auto& b) { return y.rank(a) > y.rank(b); });
  std::vector<row> rows(1);
  for (auto& y : columns())
    rows[0].push_back(y.title);
  rows[0].push_back("STATE");
  for (auto& actor : actors) {
    rows.emplace_back();
    for (auto& y : columns())
      rows.back().push_back(y.text(actor));
    auto trouble = trouble_of(actor);
    rows.back().push_back(printable(actor.state)
                          + (trouble.empty() ? "" : "  ! " + trouble));
  }
  return table(rows, 1, width);
}

} // namespace camctl
