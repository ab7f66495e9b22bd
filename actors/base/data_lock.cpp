#include "actors/base/data_lock.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <thread>

namespace camnode {

caf::expected<unique_fd> lock_data(const std::filesystem::path& dir,
                                   std::chrono::milliseconds patience) {
  auto path = dir / data_lock_name;
  unique_fd result{
    ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!result)
    return file_error(ec::open_failed, path, errno);
  ::fchmod(result.get(), 0600); // Where an earlier version made it.
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (::flock(result.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return result; // The file system has no locks.
    if (std::chrono::steady_clock::now() >= deadline)
      return caf::make_error(ec::open_failed,
                             dir.string() + ": another client records in here");
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return result;
}

std::optional<bool> is_data_locked(const std::filesystem::path& dir) {
  auto path = dir / data_lock_name;
  unique_fd file{
    ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file)
    return errno == ENOENT ? std::optional{false} : std::nullopt;
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0)
    return false;
  return errno == EWOULDBLOCK ? std::optional{true} : std::nullopt;
}

} // namespace camnode
