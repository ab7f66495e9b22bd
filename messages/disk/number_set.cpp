#include "messages/disk/number_set.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace camnode {

void number_set::add(const frame_range& x) {
  constexpr auto most = std::numeric_limits<uint64_t>::max();
  auto& run = runs_[x.epoch];
  auto first = x.first;
  auto last = x.last;
  // Ranges that touch are one, so that numbers that come one by one are.
  auto i = run.upper_bound(first);
  if (i != run.begin() && std::prev(i)->second >= first - (first > 0 ? 1 : 0))
    --i;
  while (i != run.end() && i->first <= last + (last < most ? 1 : 0)) {
    first = std::min(first, i->first);
    last = std::max(last, i->second);
    i = run.erase(i);
  }
  run[first] = last;
}

std::vector<frame_range> number_set::common_with(const frame_range& x) const {
  std::vector<frame_range> result;
  auto run = runs_.find(x.epoch);
  if (run == runs_.end())
    return result;
  auto i = run->second.upper_bound(x.first);
  if (i != run->second.begin())
    --i;
  for (; i != run->second.end() && i->first <= x.last; ++i)
    if (i->second >= x.first)
      result.push_back(
        {x.epoch, std::max(i->first, x.first), std::min(i->second, x.last)});
  return result;
}

std::vector<frame_range> number_set::missing_from(const frame_range& x) const {
  std::vector<frame_range> result;
  auto next = x.first;
  for (auto& there : common_with(x)) {
    if (there.first > next)
      result.push_back({x.epoch, next, there.first - 1});
    if (there.last == x.last)
      return result;
    next = there.last + 1;
  }
  result.push_back({x.epoch, next, x.last});
  return result;
}

} // namespace camnode
