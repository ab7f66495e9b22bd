#include "nodes/restart_policy.hpp"

#include <algorithm>

namespace camnode {

void restart_policy::started(int64_t now_ns) {
  started_ns_ = now_ns;
}

int64_t restart_policy::ended(int64_t now_ns) {
  if (now_ns - started_ns_ >= window_ns)
    delay_ns_ = first_delay_ns;
  ends_.push_back(now_ns);
  while (now_ns - ends_.front() >= window_ns)
    ends_.pop_front();
  auto result = alarmed(now_ns) ? last_delay_ns : delay_ns_;
  delay_ns_ = std::min(delay_ns_ * 2, last_delay_ns);
  return result;
}

bool restart_policy::alarmed(int64_t now_ns) const {
  auto recent = [=](int64_t t) { return now_ns - t < window_ns; };
  auto n = std::count_if(ends_.begin(), ends_.end(), recent);
  return static_cast<size_t>(n) > budget;
}

} // namespace camnode
