#pragma once

#include "nodes/inspection/inspection_port.hpp"

#include <caf/actor_system_config.hpp>

namespace camnode {

/// CAF as it runs at both ends of an inspection port.
class inspection_config : public caf::actor_system_config {
public:
  /// @param tls With any file, connections are TLS, and both ends must show a
  ///        certificate.
  explicit inspection_config(const tls_files& tls);
};

} // namespace camnode
