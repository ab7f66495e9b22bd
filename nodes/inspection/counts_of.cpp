#include "nodes/inspection/counts_of.hpp"

namespace camnode {

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
      if (y.passing)
        result[x.name].counts[y.name] = y.value;
  return result;
}

} // namespace camnode
