#include "nodes/inspection/activity_meter.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// @pre `after >= before`, unless a look fell between two steps of a count.
uint64_t rate_of(uint64_t before, uint64_t after, int64_t span_ns) {
  auto n = static_cast<int64_t>(after > before ? after - before : 0);
  return static_cast<uint64_t>(n * 1'000'000 / (span_ns / 1'000'000));
}

} // namespace

void activity_meter::sample(const std::vector<actor_figures>& actors,
                            int64_t now_ns) {
  std::map<std::string, counts> present;
  std::map<std::string, rates> result;
  for (auto& x : actors) {
    auto after = counts_of(x, now_ns);
    auto i = last_.find(x.name);
    counts before;
    if (i != last_.end() && i->second.life == x.restarts)
      before = i->second;
    else
      before.time_ns = now_ns - x.uptime_ns;
    result[x.name] = between(before, after);
    present[x.name] = std::move(after);
  }
  last_ = std::move(present);
  rates_ = std::move(result);
}

activity_meter::rates activity_meter::of(const std::string& actor) const {
  auto i = rates_.find(actor);
  return i == rates_.end() ? rates{} : i->second;
}

activity_meter::counts activity_meter::counts_of(const actor_figures& x,
                                                 int64_t now_ns) {
  counts result;
  result.life = x.restarts;
  result.time_ns = now_ns;
  result.handled = x.handled;
  result.work_ns = x.handlers.sum_ns + x.busy_ns;
  for (auto& y : x.messages)
    result.by_type[y.type] = y.count;
  return result;
}

activity_meter::rates activity_meter::between(const counts& before,
                                              const counts& after) {
  rates result;
  auto span_ns = after.time_ns - before.time_ns;
  if (span_ns < 1'000'000)
    return result;
  result.per_1000_s = rate_of(before.handled, after.handled, span_ns);
  auto work_ns = std::clamp<int64_t>(after.work_ns - before.work_ns, 0,
                                     span_ns);
  result.load_ppm = static_cast<uint32_t>(work_ns / (span_ns / 1'000'000));
  result.load_ppm = std::min<uint32_t>(result.load_ppm, 1'000'000);
  for (auto& [type, n] : after.by_type) {
    auto i = before.by_type.find(type);
    result.by_type[type] = rate_of(i == before.by_type.end() ? 0 : i->second, n,
                                   span_ns);
  }
  return result;
}

} // namespace camnode
