#pragma once

#include "nodes/options/tls_files.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace camnode {

/// Certificates as they were read once: what becomes of the files later
/// concerns nobody who has one of these. OpenSSL's `SSL_CTX`.
using tls_context_ptr = std::shared_ptr<ssl_ctx_st>;

/// What a certificate is shown for. One that says it is for a node does not let
/// whoever has it look into other nodes.
enum class tls_end {
  node,   ///< Is looked into: `extendedKeyUsage`, where given, `serverAuth`.
  person, ///< Looks: `extendedKeyUsage=clientAuth`.
};

/// Reads certificates, and makes of them what each connection needs. Peers must
/// show a certificate of the authority in `ca_file`.
/// @returns `ec::bad_configuration` with what is wrong, whenever that may be,
///          beginning with the option: `key-file=...: is not the key of ...`.
///          Dates are another matter: `why_not_now`.
caf::expected<tls_context_ptr> load_tls(const tls_files& x, tls_end end);

/// @returns What `load_tls` finds to be wrong; empty if nothing is.
std::string why_unusable(const tls_files& x, tls_end end);

/// @returns Why nobody believes these certificates today, such as
///          `expired on ...`; empty if they do.
std::string why_not_now(const tls_context_ptr& x);

/// When the certificate, or one that vouches for it, expires first.
/// @returns Seconds since 1970.
int64_t expiry_s(const tls_context_ptr& x);

/// Whether the peer's certificate says that it is a person's. After the
/// handshake.
bool is_of_a_person(ssl_st* connection);

/// Whether an authority is in both files. False where one cannot be read.
bool share_authority(const std::string& ca_file,
                     const std::string& other_ca_file);

/// Has OpenSSL leave its memory to the end of the process. By default it frees
/// it in the main thread's exit, while threads of libraries that are ending may
/// still free theirs: twice, or not at all. To be called before anything else
/// of OpenSSL.
void keep_openssl_to_the_end();

} // namespace camnode
