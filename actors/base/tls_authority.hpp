#pragma once

#include <caf/expected.hpp>

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;
struct x509_store_ctx_st;

namespace camnode {

/// Whose certificates are believed.
struct tls_authority {
  std::shared_ptr<ssl_ctx_st> context; ///< OpenSSL's `SSL_CTX`, never null.
  std::string source; ///< What people know it by: `viewer.ca-file=ca.pem`.
};

/// Reads the certificates (PEM) that peers' must descend from: TLS 1.2 at
/// least. Later changes of the file do not matter to the result.
/// @param option What names the file, for errors: `viewer.ca-file`.
/// @returns `ec::bad_configuration` with one line, which begins with the
/// option.
caf::expected<tls_authority> read_authority(const std::string& option,
                                            const std::string& file);

/// Has a connection believe nobody but whose certificate is for `name`: a DNS
/// name, or an address where `may_be_ip`. No wildcards, and the certificate's
/// subject does not count.
/// @returns false if no certificate can be for that.
bool expect_name(ssl_st* connection, const std::string& name, bool may_be_ip);

/// Why a certificate is not believed, as the end of a sentence on who showed
/// it: `has a certificate that expired on ...`.
/// @param check Of OpenSSL's, which has failed.
std::string why_disbelieved(x509_store_ctx_st* check, const std::string& name,
                            const std::string& source);

} // namespace camnode
