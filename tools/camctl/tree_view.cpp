#include "tools/camctl/render.hpp"
#include "tools/camctl/trouble.hpp"
#include "tools/camctl/wording.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace camctl {

using namespace camnode;

namespace {

/// A rate says what it is of by standing after it.
std::string words_of(const figure& x) {
  auto value = value_text(x);
  auto is_rate = value.size() > 2
                 && value.compare(value.size() - 2, 2, "/s") == 0;
  return is_rate ? value : name_text(x) + " " + value;
}

/// The figures that say most, for one line.
std::string digest_of(const part_report& x) {
  static const std::map<std::string, std::vector<std::string>> shown{
    {"ring", {"frames", "span_ns", "pushed_per_1000_s"}},
    {"camera",
     {"captured", "lost_source", "lost_encoder", "newest_age_ns",
      "captured_per_1000_s", "bytes_per_1000_s", "capture_to_ring_p99_ns"}},
    {"reader",
     {"frames_sent", "frames_skipped", "frames_lost", "frames_sent_per_1000_s",
      "bytes_sent_per_1000_s", "capture_to_sent_p99_ns"}},
    {"connection",
     {"frames", "clock_offset_ns", "clock_error_ns", "frames_per_1000_s",
      "bytes_per_1000_s", "capture_to_received_p99_ns"}},
    {"books",
     {"durable", "lost", "lag_frames", "durable_age_ns", "durable_per_1000_s",
      "bytes_per_1000_s", "received_to_durable_p99_ns"}},
    {"sensors", {"received", "durable"}},
    {"markers", {"received", "durable"}},
    {"server", {"ip", "port"}},
  };
  std::string result;
  auto i = shown.find(x.kind);
  if (i == shown.end())
    return result;
  for (auto& name : i->second)
    for (auto& y : x.figures)
      if (y.name == name)
        result += ", " + words_of(y);
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

} // namespace

std::string draw_tree(const node_report& x) {
  return tree{x}.draw();
}

} // namespace camctl
