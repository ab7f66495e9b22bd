#pragma once

#include "actors/base/tls_identity.hpp"
#include "actors/observed/alarm_board.hpp"

#include <string>

namespace camnode {

/// Keeps the certificate of a port new, and says what is wrong with it. For the
/// actor that has the port, once a second.
class certificate_watch {
public:
  /// @param identity Null: there is no TLS, and nothing to watch.
  explicit certificate_watch(tls_identity_ptr identity);

  /// Looks at the files. Blocks for a moment. What is wrong, or is no more, is
  /// a concern of actor `who`, and a line in the log.
  void beat(const std::string& who, alarm_board& alarms);

private:
  const tls_identity_ptr identity_;
  std::string told_; ///< The present trouble.
};

} // namespace camnode
