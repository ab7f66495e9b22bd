#pragma once

#include <string>

namespace camnode {

/// Certificates (PEM files) of one TLS port; empty names where it has none.
struct tls_files {
  std::string cert_file;
  std::string key_file;
  std::string ca_file; ///< What peers' certificates must be signed by.

  bool any() const {
    return !cert_file.empty() || !key_file.empty() || !ca_file.empty();
  }
};

} // namespace camnode
