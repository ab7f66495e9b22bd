#include "nodes/running/restart_policy.hpp"

#include <algorithm>

namespace camnode {

void restart_policy::started(int64_t now_ns) {
  started_ns_ = now_ns;
  runs_ = true;
}

bool restart_policy::well(int64_t now_ns) const {
  return runs_ && now_ns - started_ns_ >= window_ns;
}

int64_t restart_policy::ended(int64_t now_ns) {
  if (well(now_ns)) {
    delay_ns_ = first_delay_ns;
    alarm_ = false;
  }
  runs_ = false;
  ends_.push_back(now_ns);
  while (now_ns - ends_.front() >= window_ns)
    ends_.pop_front();
  alarm_ = alarm_ || ends_.size() > budget;
  auto result = alarmed(now_ns) ? last_delay_ns : delay_ns_;
  delay_ns_ = std::min(delay_ns_ * 2, last_delay_ns);
  return result;
}

bool restart_policy::alarmed(int64_t now_ns) const {
  return alarm_ && !well(now_ns);
}

} // namespace camnode
