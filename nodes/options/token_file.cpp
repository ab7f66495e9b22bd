#include "nodes/options/token_file.hpp"

#include "actors/base/access_token.hpp"
#include "actors/base/file_ops.hpp"
#include "messages/descriptor.hpp"
#include "messages/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace camnode {

namespace {

namespace fs = std::filesystem;

std::string value_of(const char* name) {
  auto result = std::getenv(name);
  return result != nullptr ? result : "";
}

/// 43 characters of base64url.
std::string new_token() {
  std::array<unsigned char, 33> bytes{}; // The last one is not used up.
  if (getentropy(bytes.data(), bytes.size()) != 0)
    throw std::runtime_error("the system has no random numbers");
  constexpr auto digits
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string result;
  for (size_t bit = 0; bit < 43 * 6; bit += 6) {
    auto pair = bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
    result += digits[pair >> (10 - bit % 8) & 0x3f];
  }
  return result;
}

/// Nobody else reads it, not even for a moment; and a crash leaves no half.
caf::error write_secret(const fs::path& path, const std::string& text) {
  auto draft = path.string() + "." + std::to_string(getpid());
  unlink(draft.c_str());
  unique_fd fd{
    open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!fd)
    return file_error(ec::open_failed, draft, errno);
  auto err = write_all(fd.get(), text, draft);
  if (!err)
    err = sync_data(fd.get(), draft);
  if (!err)
    err = rename_no_replace_synced(draft, path);
  if (err)
    unlink(draft.c_str());
  return err;
}

} // namespace

std::string usual_token_file(const std::string& id) {
  auto of_service = value_of("STATE_DIRECTORY");
  if (!of_service.empty()) // Several are separated by colons.
    return of_service.substr(0, of_service.find(':')) + "/token";
  auto of_user = value_of("XDG_STATE_HOME");
  auto home = value_of("HOME");
  if (of_user.empty() && !home.empty())
    of_user = home + "/.local/state";
  return of_user.empty() ? "" : of_user + "/camnode/" + id + ".token";
}

caf::expected<std::string> make_token(const std::string& path) {
  std::error_code err;
  if (fs::symlink_status(path, err).type() == fs::file_type::not_found) {
    fs::create_directories(fs::path{path}.parent_path(), err);
    auto failed = write_secret(path, new_token() + "\n");
    // Another client of this name may have been faster.
    if (failed && !is_name_taken(failed))
      return failed;
  }
  return read_access_token(path);
}

} // namespace camnode
