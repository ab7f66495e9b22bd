#include "nodes/inspection/part_meter.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

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

void part_meter::sample(const std::vector<part_report>& parts, int64_t now_ns) {
  std::map<std::string, counts> present;
  std::map<std::string, counts> rates;
  auto span_ms = (now_ns - sampled_ns_) / 1'000'000;
  for (auto& x : parts)
    for (auto& y : x.figures) {
      if (!counts_up(x, y))
        continue;
      present[x.name][y.name] = y.value;
      auto before = last_.find(x.name);
      if (before == last_.end() || span_ms <= 0)
        continue;
      // What begins anew, as books do, begins from nothing.
      auto n = y.value - before->second[y.name];
      rates[x.name][y.name] = (n < 0 ? y.value : n) * 1'000'000 / span_ms;
    }
  sampled_ns_ = now_ns;
  last_ = std::move(present);
  rates_ = std::move(rates);
}

void part_meter::add_rates(part_report& x) const {
  auto known = rates_.find(x.name);
  if (known == rates_.end())
    return;
  for (auto& [name, rate] : known->second)
    x.figures.push_back({name + "_per_1000_s", rate, {}});
}

} // namespace camnode
