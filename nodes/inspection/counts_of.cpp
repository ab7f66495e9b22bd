#include "nodes/inspection/counts_of.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace camnode {

namespace {

constexpr std::array<std::string_view, 9> counting_names{
  "captured", "bytes",    "pushed",  "frames_sent", "bytes_sent",
  "frames",   "received", "written", "durable"};

/// A ring's frames and bytes are what it holds, not what passed it.
bool counts_up(const part_report& x, const figure& y) {
  if (x.kind == "ring" && y.name != "pushed")
    return false;
  return std::find(counting_names.begin(), counting_names.end(), y.name)
         != counting_names.end();
}

} // namespace

std::map<std::string, counted>
counts_of(const std::vector<actor_figures>& actors, int64_t now_ns) {
  std::map<std::string, counted> result;
  for (auto& x : actors) {
    auto& out = result[x.name];
    out.born_ns = now_ns - x.uptime_ns;
    for (auto& y : x.messages)
      out.counts[y.type] = static_cast<int64_t>(y.count);
    out.counts[all_messages] = static_cast<int64_t>(x.handled);
    out.counts[work_us] = (x.handlers.sum_ns + x.busy_ns) / 1000;
  }
  return result;
}

std::map<std::string, counted>
counts_of(const std::vector<part_report>& parts) {
  std::map<std::string, counted> result;
  for (auto& x : parts)
    for (auto& y : x.figures)
      if (counts_up(x, y))
        result[x.name].counts[y.name] = y.value;
  return result;
}

} // namespace camnode
