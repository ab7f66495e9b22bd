#pragma once

#include "actors/base/tls_authority.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

namespace camnode {

/// What a client has to believe camnode servers, and to be let in by them:
/// certificates and a token, out of files that are read anew when they change.
/// While one cannot be read, what it last had goes on. On the I/O thread.
class server_keys {
public:
  /// @param ca_file Empty: servers are spoken to in the clear.
  /// @param token_file Empty: they are shown no token.
  server_keys(std::string ca_file, std::string token_file);

  bool wants_tls() const {
    return !ca_file_.empty();
  }

  /// Whom to believe; null before the file was read once, and where there is
  /// none.
  const tls_authority* authority();

  /// The field of a request that shows the token, with its line break; empty
  /// where there is none.
  std::string authorization();

  /// What is wrong where a server says that the token is (401): a sentence.
  std::string why_refused() const;

private:
  /// Tells a file from what it was: inode, size, and when it changed.
  using version = std::tuple<uint64_t, int64_t, int64_t, int64_t>;

  /// @returns Whether it is another one than before.
  static bool has_changed(const std::string& file, version& known);

  const std::string ca_file_;
  const std::string token_file_;
  version ca_version_;
  version token_version_;
  tls_authority authority_;
  std::string token_;
};

using server_keys_ptr = std::shared_ptr<server_keys>;

} // namespace camnode
