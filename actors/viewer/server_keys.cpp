#include "actors/viewer/server_keys.hpp"

#include "actors/base/access_token.hpp"
#include "actors/base/log.hpp"
#include "messages/error.hpp"

#include <sys/stat.h>

#include <utility>

namespace camnode {

namespace {

void tell(const std::string& why) {
  log_warning("viewer", why, "; going on with what it had before");
}

} // namespace

server_keys::server_keys(std::string ca_file, std::string token_file)
  : ca_file_(std::move(ca_file)), token_file_(std::move(token_file)) {
}

bool server_keys::has_changed(const std::string& file, version& known) {
  struct stat info = {};
  stat(file.c_str(), &info); // Of one that is gone, nothing.
  version now{info.st_ino, info.st_size, info.st_mtim.tv_sec,
              info.st_mtim.tv_nsec};
  return std::exchange(known, now) != now;
}

const tls_authority* server_keys::authority() {
  if (!ca_file_.empty() && has_changed(ca_file_, ca_version_)) {
    if (auto read = read_authority("viewer.ca-file", ca_file_))
      authority_ = std::move(*read);
    else
      tell(reason_of(read.error()));
  }
  return authority_.context ? &authority_ : nullptr;
}

std::string server_keys::authorization() {
  if (!token_file_.empty() && has_changed(token_file_, token_version_)) {
    if (auto read = read_access_token(token_file_))
      token_ = std::move(*read);
    else
      tell("viewer.token-file=" + reason_of(read.error()));
  }
  return token_.empty() ? "" : "Authorization: Bearer " + token_ + "\r\n";
}

std::string server_keys::why_refused() const {
  return token_file_.empty()
           ? "the server wants a token, and viewer.token-file names none"
           : "the server refuses the token of viewer.token-file=" + token_file_
               + ": want that of its stream.token-file";
}

} // namespace camnode
