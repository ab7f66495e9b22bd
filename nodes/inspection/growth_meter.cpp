#include "nodes/inspection/growth_meter.hpp"

#include <utility>

namespace camnode {

namespace {

/// Since all counts were 0, where `before` is null.
growth_meter::rates rates_between(const counted* before, const counted& after,
                                  int64_t span_ns) {
  growth_meter::rates result;
  auto span_ms = span_ns / 1'000'000;
  if (span_ms <= 0)
    return result;
  for (auto& [name, n] : after.counts) {
    auto grown = n;
    if (before)
      if (auto i = before->counts.find(name); i != before->counts.end())
        grown -= i->second;
    if (grown < 0) // Unless anew, the look fell between two steps of a count.
      grown = after.born_ns == 0 ? n : 0;
    result[name] = grown * 1'000'000 / span_ms;
  }
  return result;
}

} // namespace

void growth_meter::sample(std::map<std::string, counted> all, int64_t now_ns) {
  rates_.clear();
  for (auto& [name, x] : all) {
    auto before = last_.find(name);
    if (before != last_.end() && x.born_ns <= sampled_ns_)
      rates_[name] = rates_between(&before->second, x, now_ns - sampled_ns_);
    else if (x.born_ns != 0)
      rates_[name] = rates_between(nullptr, x, now_ns - x.born_ns);
  }
  sampled_ns_ = now_ns;
  last_ = std::move(all);
}

growth_meter::rates growth_meter::of(const std::string& name) const {
  auto i = rates_.find(name);
  return i == rates_.end() ? rates{} : i->second;
}

} // namespace camnode
