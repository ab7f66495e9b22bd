#include "actors/discovery/namesake_watch.hpp"

#include <algorithm>

namespace camnode {

void namesake_watch::announced(const server_info& x) {
  if (was_ours(x))
    return;
  addresses_.emplace_back(x.ip, x.port);
  if (addresses_.size() > max_addresses)
    addresses_.pop_front();
}

bool namesake_watch::was_ours(const server_info& x) const {
  return std::find(addresses_.begin(), addresses_.end(),
                   std::make_pair(x.ip, x.port))
         != addresses_.end();
}

namesake_watch::verdict namesake_watch::hear(const server_info& x,
                                             bool retained) {
  if (x.epoch == epoch_ && x.online)
    return was_ours(x) ? verdict::ours : verdict::claimed;
  if (retained)
    return x.online ? verdict::remembered : verdict::nothing;
  if (!x.online) {
    if (!namesake_ || namesake_->epoch != x.epoch)
      return verdict::overwritten;
    namesake_.reset();
    return verdict::namesake_left;
  }
  auto known = namesake_.has_value();
  namesake_ = x;
  return known ? verdict::nothing : verdict::namesake;
}

} // namespace camnode
