#include "tools/camctl/render.hpp"
#include "tools/camctl/text_table.hpp"
#include "tools/camctl/trouble.hpp"
#include "tools/camctl/wording.hpp"

#include <algorithm>

namespace camctl {

using namespace camnode;

namespace {

/// A handler that takes less is not worth a word.
constexpr int64_t shown_busy_ns = 1'000'000;

using report = actor_report;

struct column {
  const char* key;
  const char* title;
  std::string (*text)(const report&);
  int64_t (*rank)(const report&); ///< Big first; null: by name.
};

std::string or_dash(bool there, const std::string& x) {
  return there ? x : "-";
}

std::string uptime(const report& x) {
  return or_dash(x.alive, duration_text(x.uptime_ns));
}

std::string oldest(const report& x) {
  return or_dash(x.mailbox > 0, duration_text(x.oldest_ns));
}

std::string busy(const report& x) {
  return or_dash(x.busy_ns >= shown_busy_ns, duration_text(x.busy_ns));
}

/// The value of a field, to sort by.
template <auto Field>
int64_t rank(const report& x) {
  return static_cast<int64_t>(x.*Field);
}

/// The value of a field, as it is.
template <auto Field>
std::string digits(const report& x) {
  return std::to_string(x.*Field);
}

template <auto Field>
std::string handler_time(const report& x) {
  return or_dash(x.handled > 0, duration_text(x.*Field));
}

const column columns[] = {
  {"name", "ACTOR", [](const report& x) { return printable(x.name); }, nullptr},
  {"uptime", "UP", uptime, rank<&report::uptime_ns>},
  {"restarts", "RESTARTS", digits<&report::restarts>, rank<&report::restarts>},
  {"mailbox", "MAILBOX", digits<&report::mailbox>, rank<&report::mailbox>},
  {"oldest", "OLDEST", oldest, rank<&report::oldest_ns>},
  {"rate", "MSG/S", [](const report& x) { return rate_text(x.per_1000_s); },
   rank<&report::per_1000_s>},
  {"load", "LOAD %",
   [](const report& x) { return format("%.2f", x.load_ppm / 1e4); },
   rank<&report::load_ppm>},
  {"p50", "P50", handler_time<&report::p50_ns>, rank<&report::p50_ns>},
  {"p99", "P99", handler_time<&report::p99_ns>, rank<&report::p99_ns>},
  {"busy", "BUSY", busy, rank<&report::busy_ns>},
};

} // namespace

const std::vector<std::string>& sort_keys() {
  static const auto result = [] {
    std::vector<std::string> keys;
    for (auto& x : columns)
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
  for (auto& y : columns)
    if (sort == y.key && y.rank)
      std::stable_sort(actors.begin(), actors.end(),
                       [&](auto& a, auto& b) { return y.rank(a) > y.rank(b); });
  std::vector<row> rows(1);
  for (auto& y : columns)
    rows[0].push_back(y.title);
  rows[0].push_back("STATE");
  for (auto& actor : actors) {
    rows.emplace_back();
    for (auto& y : columns)
      rows.back().push_back(y.text(actor));
    auto trouble = trouble_of(actor);
    rows.back().push_back(printable(actor.state)
                          + (trouble.empty() ? "" : "  ! " + trouble));
  }
  return table(rows, 1, width);
}

} // namespace camctl
