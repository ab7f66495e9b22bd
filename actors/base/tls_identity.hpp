#pragma once

#include <caf/expected.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

struct ssl_ctx_st;

namespace camnode {

/// What each connection needs: OpenSSL's `SSL_CTX`.
using tls_context_ptr = std::shared_ptr<ssl_ctx_st>;

/// PEM files of a TLS port; empty names where it has none.
struct certificate_files {
  std::string cert_file;
  std::string key_file;
};

/// The certificate that a TLS port shows, as it is in its files: whoever puts
/// another one there need not start the node again. `renew` is for one thread,
/// the rest for any.
class tls_identity {
public:
  /// Reads the files. Blocks.
  /// @param section Of the options, in front of `cert-file` in errors:
  ///        `stream.`
  /// @returns `ec::bad_configuration` with what is wrong, whenever that may be.
  ///          Dates are another matter: `trouble`.
  static caf::expected<std::shared_ptr<tls_identity>>
  read(const std::string& section, const certificate_files& files);

  /// Reads the files again where they have changed. Blocks. Those that cannot
  /// be used leave things as they are, with `trouble`.
  void renew();

  /// Null while nobody would believe the certificate, as it has expired.
  tls_context_ptr context() const;

  /// What is wrong, in words, beginning with an option; empty: nothing.
  std::string trouble() const;

  /// When the certificate, or one that vouches for it, expires first, in
  /// seconds since 1970.
  int64_t expiry_s() const;

private:
  /// What was read at one time.
  struct content {
    tls_context_ptr context;
    int64_t begin_s = 0;
    int64_t expiry_s = 0;
  };

  tls_identity(const std::string& section, const certificate_files& files)
    : section_(section), files_(files) {
  }

  /// @returns What is wrong, or an empty text.
  std::string load(content& out) const;

  /// What tells these files from others of the same name.
  std::string marks() const;

  const std::string section_;
  const certificate_files files_;
  std::string marks_; ///< Of what was read last.
  mutable std::mutex mutex_;
  content content_;
  std::string why_unusable_; ///< The files that are there now.
};

using tls_identity_ptr = std::shared_ptr<tls_identity>;

/// Has OpenSSL leave its memory to the end of the process. By default it frees
/// it in the main thread's exit, while threads of libraries that are ending may
/// still free theirs: twice, or not at all. To be called before anything else
/// of OpenSSL.
void keep_openssl_to_the_end();

} // namespace camnode
