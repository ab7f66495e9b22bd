#include "tools/camctl/render.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace camctl {

using namespace camnode;

namespace {

constexpr int64_t us = 1000;
constexpr int64_t ms = 1000 * us;
constexpr int64_t s = 1000 * ms;

/// A handler or a message that is older than this wants attention.
constexpr int64_t stuck_ns = 1 * s;

/// How many characters a terminal shows for UTF-8.
size_t shown_length(const std::string& x) {
  return static_cast<size_t>(std::count_if(x.begin(), x.end(), [](char c) {
    return (c & 0xC0) != 0x80;
  }));
}

std::string cut(const std::string& x, size_t width) {
  if (width == 0 || shown_length(x) <= width)
    return x;
  size_t shown = 0;
  size_t i = 0;
  while (i < x.size() && ((x[i] & 0xC0) == 0x80 || shown++ < width))
    ++i;
  return x.substr(0, i);
}

std::string format(const char* pattern, double x) {
  char text[48];
  std::snprintf(text, sizeof(text), pattern, x);
  return text;
}

using row = std::vector<std::string>;

/// Columns are as wide as they need; the first `left` are aligned left, and so
/// is the last one.
std::string table(const std::vector<row>& rows, size_t left, size_t width) {
  std::vector<size_t> widths;
  for (auto& x : rows) {
    widths.resize(std::max(widths.size(), x.size()));
    for (size_t i = 0; i < x.size(); ++i)
      widths[i] = std::max(widths[i], shown_length(x[i]));
  }
  std::string result;
  for (auto& x : rows) {
    std::string line;
    for (size_t i = 0; i < x.size(); ++i) {
      std::string pad(widths[i] - shown_length(x[i]), ' ');
      auto last = i + 1 == x.size();
      if (i > 0)
        line += "  ";
      line += i < left || last ? x[i] + (last ? "" : pad) : pad + x[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += cut(line, width) + "\n";
  }
  return result;
}

std::string value_text(const figure& x) {
  if (!x.text.empty())
    return printable(x.text);
  auto ends = [&](const char* unit) {
    std::string end{unit};
    return x.name.size() > end.size()
           && x.name.compare(x.name.size() - end.size(), end.size(), end) == 0;
  };
  if (!ends("_ns"))
    return std::to_string(x.value);
  return x.value < 0 ? "-" + duration_text(-x.value) : duration_text(x.value);
}

std::string name_text(const figure& x) {
  auto n = x.name.size();
  auto text = n > 3 && x.name.compare(n - 3, 3, "_ns") == 0
                ? x.name.substr(0, n - 3)
                : x.name;
  std::replace(text.begin(), text.end(), '_', ' ');
  return printable(text);
}

/// The figures that say most, for one line.
std::string digest_of(const part_report& x) {
  static const std::map<std::string, std::vector<std::string>> shown{
    {"ring", {"frames", "span_ns"}},
    {"camera", {"captured", "lost_source", "lost_encoder", "newest_age_ns"}},
    {"reader", {"frames_sent", "frames_skipped", "frames_lost"}},
    {"connection", {"frames", "clock_offset_ns", "clock_error_ns"}},
    {"books", {"durable", "lost", "lag_frames", "durable_age_ns"}},
    {"sensors", {"received", "durable"}},
    {"server", {"ip", "port"}},
  };
  std::string result;
  auto i = shown.find(x.kind);
  if (i == shown.end())
    return result;
  for (auto& name : i->second)
    for (auto& y : x.figures)
      if (y.name == name)
        result += ", " + name_text(y) + " " + value_text(y);
  return result;
}

std::string actor_line(const actor_report& x) {
  auto result = printable(x.name) + "  " + printable(x.state);
  if (x.restarts > 0)
    result += "  [" + std::to_string(x.restarts)
              + (x.restarts == 1 ? " restart" : " restarts")
              + (x.last_end.empty() ? "" : ", last: " + printable(x.last_end))
              + "]";
  auto trouble = trouble_of(x);
  return trouble.empty() ? result : result + "  ! " + trouble;
}

class tree {
public:
  explicit tree(const node_report& x) : report_(x) {
  }

  std::string draw() {
    for (auto& x : report_.actors)
      if (x.supervisor.empty() || !has_actor(x.supervisor))
        draw_actor(x, "", "");
    // What has no owner any more, or not yet.
    for (auto& x : report_.parts)
      if (!has_actor(x.owner))
        text_ += part_line(x) + "\n";
    return text_;
  }

private:
  bool has_actor(const std::string& name) const {
    return std::any_of(report_.actors.begin(), report_.actors.end(),
                       [&](const auto& x) { return x.name == name; });
  }

  static std::string part_line(const part_report& x) {
    return "(" + printable(x.name) + ")  " + printable(x.state) + digest_of(x);
  }

  void draw_actor(const actor_report& x, const std::string& branch,
                  const std::string& indent) {
    text_ += branch + actor_line(x) + "\n";
    if (!drawn_.insert(&x).second || indent.size() > 64)
      return;
    std::vector<const part_report*> parts;
    for (auto& y : report_.parts)
      if (y.owner == x.name)
        parts.push_back(&y);
    std::vector<const actor_report*> children;
    for (auto& y : report_.actors)
      if (y.supervisor == x.name && &y != &x)
        children.push_back(&y);
    std::sort(children.begin(), children.end(),
              [](auto* a, auto* b) { return a->name < b->name; });
    for (size_t i = 0; i < parts.size(); ++i) {
      auto last = i + 1 == parts.size() && children.empty();
      text_ += indent + (last ? "└─ " : "├─ ") + part_line(*parts[i]) + "\n";
    }
    for (size_t i = 0; i < children.size(); ++i) {
      auto last = i + 1 == children.size();
      draw_actor(*children[i], indent + (last ? "└─ " : "├─ "),
                 indent + (last ? "   " : "│  "));
    }
  }

  const node_report& report_;
  std::string text_;
  std::set<const actor_report*> drawn_;
};

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
       return or_dash(x.busy_ns >= ms, duration_text(x.busy_ns));
     },
     [](const actor_report& x) { return x.busy_ns; }},
  }};
  return result;
}

/// Names and values, one below the other.
class listing {
public:
  void add(const std::string& name, const std::string& value) {
    if (!value.empty())
      rows_.push_back({"  " + name, value});
  }

  std::string text() const {
    return table(rows_, 1, 0);
  }

private:
  std::vector<row> rows_;
};

} // namespace

std::string printable(const std::string& text) {
  auto result = text;
  std::replace_if(
    result.begin(), result.end(),
    [](char c) {
      auto x = static_cast<unsigned char>(c);
      return x < 0x20 || x == 0x7f;
    },
    '?');
  // C1 controls, which some terminals obey as well.
  for (size_t i = 0; i + 1 < result.size(); ++i)
    if (static_cast<unsigned char>(result[i]) == 0xC2
        && static_cast<unsigned char>(result[i + 1]) < 0xA0)
      result[i] = result[i + 1] = '?';
  return result;
}

std::string duration_text(int64_t ns) {
  if (ns < ms)
    return std::to_string(ns / us) + " us";
  if (ns < 10 * ms)
    return format("%.1f ms", static_cast<double>(ns) / 1e6);
  if (ns < s)
    return std::to_string(ns / ms) + " ms";
  if (ns < 60 * s)
    return format("%.1f s", static_cast<double>(ns) / 1e9);
  auto minutes = ns / s / 60;
  if (minutes < 60)
    return std::to_string(minutes) + " min";
  auto hours = minutes / 60;
  if (hours < 48)
    return std::to_string(hours) + " h " + std::to_string(minutes % 60)
           + " min";
  return std::to_string(hours / 24) + " d " + std::to_string(hours % 24) + " h";
}

std::string rate_text(uint64_t per_1000_s) {
  return format("%.1f", static_cast<double>(per_1000_s) / 1000);
}

std::string headline(const node_report& x, const std::string& at) {
  return printable(x.role) + " " + printable(x.id) + ", camnode "
         + printable(x.version) + ", process " + std::to_string(x.pid) + ", up "
         + duration_text(x.uptime_ns) + ", at " + at + "\n";
}

std::string trouble_of(const actor_report& x) {
  if (!x.alive)
    return "not there, starts again in " + duration_text(x.due_ns)
           + (x.alarm.empty() ? "" : ", " + printable(x.alarm));
  auto result = printable(x.alarm);
  if (x.busy_ns >= stuck_ns)
    result += (result.empty() ? "busy with " : ", busy with ")
              + printable(x.busy_with) + " for " + duration_text(x.busy_ns);
  if (x.mailbox > 0 && x.oldest_ns >= stuck_ns)
    result += (result.empty() ? "" : ", ") + std::to_string(x.mailbox)
              + " messages wait, the oldest for " + duration_text(x.oldest_ns);
  return result;
}

std::string draw_tree(const node_report& x) {
  return tree{x}.draw();
}

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

std::string describe_actor(const node_report& x, const actor_report& actor) {
  listing list;
  list.add("supervisor", printable(actor.supervisor));
  list.add("state", printable(actor.state));
  list.add("trouble", trouble_of(actor));
  if (actor.alive)
    list.add("up", duration_text(actor.uptime_ns));
  list.add("restarts", std::to_string(actor.restarts));
  list.add("last end", printable(actor.last_end));
  if (actor.last_error != actor.last_end)
    list.add("last error", printable(actor.last_error));
  list.add("mailbox", std::to_string(actor.mailbox));
  if (actor.mailbox > 0)
    list.add("oldest message", duration_text(actor.oldest_ns));
  if (actor.busy_ns > 0)
    list.add("busy", printable(actor.busy_with) + ", for "
                       + duration_text(actor.busy_ns));
  list.add("handled", std::to_string(actor.handled) + ", "
                        + rate_text(actor.per_1000_s) + " a second");
  list.add("load", format("%.2f %%", actor.load_ppm / 1e4));
  if (actor.handled > 0)
    list.add("handler time", "half within " + duration_text(actor.p50_ns)
                               + ", 99 % within "
                               + duration_text(actor.p99_ns));
  auto result = printable(actor.name) + "\n" + list.text();
  if (!actor.messages.empty()) {
    std::vector<row> rows{{"  MESSAGE", "HANDLED", "MSG/S", ""}};
    for (auto& y : actor.messages)
      rows.push_back({"  " + printable(y.type), std::to_string(y.count),
                      rate_text(y.per_1000_s), ""});
    result += table(rows, 1, 0);
  }
  for (auto& y : x.parts)
    if (y.owner == actor.name)
      result += describe_part(y);
  return result;
}

std::string describe_part(const part_report& x) {
  listing list;
  list.add("kind", printable(x.kind));
  list.add("belongs to", printable(x.owner));
  list.add("state", printable(x.state));
  for (auto& y : x.figures)
    list.add(name_text(y), value_text(y));
  return "(" + printable(x.name) + ")\n" + list.text();
}

std::string draw_servers(const node_report& x) {
  std::vector<row> rows{{"SERVER", "ADDRESS", "VERSION", "RATE", "SIZE",
                         "CLOCK", "OFF BY AT MOST", "DRIFT", "SEEN", "STATE"}};
  for (auto& part : x.parts) {
    if (part.kind != "server")
      continue;
    std::map<std::string, figure> of;
    for (auto& y : part.figures)
      of[y.name] = y;
    auto number = [&](const char* name) { return of[name].value; };
    auto clocked = of.count("clock_offset_ns") > 0;
    auto known = [](bool is, const std::string& text) {
      return is ? text : std::string{"?"};
    };
    rows.push_back(
      {printable(of["id"].text),
       printable(of["ip"].text) + ":" + std::to_string(number("port")),
       known(!of["version"].text.empty(), printable(of["version"].text)),
       known(number("rate_mhz") > 0,
             format("%.1f Hz", static_cast<double>(number("rate_mhz")) / 1e3)),
       known(number("width") > 0, std::to_string(number("width")) + "x"
                                    + std::to_string(number("height"))),
       known(clocked,
             format("%+.6f s",
                    static_cast<double>(number("clock_offset_ns")) / 1e9)),
       known(clocked,
             format("%.3f ms",
                    static_cast<double>(number("clock_error_ns")) / 1e6)),
       known(clocked,
             format("%+.1f ppm",
                    static_cast<double>(number("clock_drift_ppb")) / 1e3)),
       known(clocked,
             format("%.1f s ago",
                    static_cast<double>(number("clock_age_ns")) / 1e9)),
       printable(part.state)});
  }
  return table(rows, 2, 0);
}

} // namespace camctl
