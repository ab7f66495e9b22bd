#include "actors/discovery/namesake_watch.hpp"

namespace camnode {

namesake_watch::verdict namesake_watch::hear(const server_info& x,
                                             bool retained) {
  auto ours = x.epoch == epoch_;
  if (retained)
    return x.online && !ours ? verdict::remembered : verdict::nothing;
  if (!x.online) {
    if (!namesake_ || namesake_->epoch != x.epoch)
      return verdict::overwritten;
    namesake_.reset();
    return verdict::namesake_left;
  }
  if (ours)
    return verdict::nothing;
  auto known = namesake_.has_value();
  namesake_ = x;
  return known ? verdict::nothing : verdict::namesake;
}

} // namespace camnode
