#include "actors/observed/certificate_watch.hpp"

#include "actors/base/log.hpp"

#include <utility>

namespace camnode {

certificate_watch::certificate_watch(tls_identity_ptr identity)
  : identity_(std::move(identity)) {
}

void certificate_watch::beat(const std::string& who, alarm_board& alarms) {
  if (!identity_)
    return;
  identity_->renew();
  alarms.set_certificate_expiry(who, identity_->expiry_s());
  auto trouble = identity_->trouble();
  if (trouble == told_)
    return;
  if (trouble.empty())
    log_info(who, "the certificate is well again");
  else
    log_warning(who, trouble,
                identity_->context() ? "; the one before is still shown"
                                     : "; nobody new gets in");
  alarms.set_concern(who, trouble);
  told_ = std::move(trouble);
}

} // namespace camnode
