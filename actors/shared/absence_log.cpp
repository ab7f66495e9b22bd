#include "actors/shared/absence_log.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

constexpr auto unknown_why = "no frame came";

} // namespace

absence_sum sum_of(const std::vector<absence>& xs) {
  absence_sum result;
  for (auto& x : xs) {
    result.times += x.times;
    result.absent_ns += x.absent_ns;
  }
  return result;
}

void absence_log::restore(const std::vector<absence>& told,
                          const std::vector<int64_t>& starts, int64_t last_ns) {
  for (auto& x : told) {
    auto end = std::find_if(starts.begin(), starts.end(),
                            [&](auto start) { return start > x.from_ns; });
    if (x.to_ns != 0)
      add(past_, x);
    else if (end == starts.end())
      because(x.why);
    else
      add(past_, {x.from_ns, *end, x.why, x.times, *end - x.from_ns});
  }
  if (last_ns == 0)
    return;
  seen_ = true;
  last_ns_ = std::max(last_ns_, last_ns);
}

void absence_log::because(const std::string& why) {
  why_ = why.substr(0, max_why_bytes);
}

void absence_log::missing(const std::string& why) {
  missing_ = true;
  if (!why.empty())
    why_missing_ = why.substr(0, max_why_bytes);
}

void absence_log::frame(int64_t capture_ns) {
  auto away = seen_ ? missing_ : missing_ || !why_.empty();
  if (away && capture_ns - last_ns_ >= shortest_ns)
    add(past_, {last_ns_, capture_ns, reason(), 1, capture_ns - last_ns_});
  last_ns_ = std::max(last_ns_, capture_ns);
  seen_ = true;
  missing_ = false;
  why_.clear();
  why_missing_.clear();
}

std::vector<absence> absence_log::look(int64_t until_ns, bool over,
                                       bool whole) const {
  auto result = past_;
  auto length_ns = std::max<int64_t>(until_ns - last_ns_, 0);
  auto away = !seen_ || missing_ || (!whole && !why_.empty());
  if (away && (length_ns >= shortest_ns || (over && !seen_)))
    add(result, {last_ns_, over ? std::max(until_ns, last_ns_ + 1) : 0,
                 reason(), 1, length_ns});
  return result;
}

std::string absence_log::reason() const {
  if (!why_.empty())
    return why_;
  return why_missing_.empty() ? unknown_why : why_missing_;
}

void absence_log::add(std::vector<absence>& to, absence x) {
  if (to.size() < max_absences) {
    to.push_back(std::move(x));
    return;
  }
  auto& last = to.back();
  last.to_ns = x.to_ns;
  last.why = std::move(x.why);
  last.times += x.times;
  last.absent_ns += x.absent_ns;
}

} // namespace camnode
