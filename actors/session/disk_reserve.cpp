#include "actors/session/disk_reserve.hpp"

#include "actors/base/file_ops.hpp"
#include "messages/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

caf::expected<unique_fd> open_reserve(const fs::path& path, int more_flags) {
  unique_fd result{
    ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | more_flags, 0600)};
  struct stat info;
  if (!result || ::fstat(result.get(), &info) != 0)
    return file_error(ec::open_failed, path, errno);
  if (!S_ISREG(info.st_mode))
    return file_error(ec::open_failed, path, EEXIST);
  return result;
}

/// Who may read the manifest `path`: as until now.
mode_t mode_of(const fs::path& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0640;
}

/// Gives the file that has the room the content `bytes`, and nothing more.
caf::error fill_with(int fd, std::string_view bytes, const fs::path& path) {
  for (size_t done = 0; done < bytes.size();) {
    auto n = ::pwrite(fd, bytes.data() + done, bytes.size() - done,
                      static_cast<off_t>(done));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return file_error(ec::write_failed, path, n < 0 ? errno : EIO);
    done += static_cast<size_t>(n);
  }
  if (::ftruncate(fd, static_cast<off_t>(bytes.size())) != 0)
    return file_error(ec::write_failed, path, errno);
  return sync_data(fd, path);
}

} // namespace

disk_reserve::disk_reserve(fs::path path) : path_(std::move(path)) {
}

caf::error disk_reserve::fill() {
  auto fd = open_reserve(path_, O_CREAT);
  if (!fd)
    return std::move(fd.error());
  struct stat info;
  if (::fstat(fd->get(), &info) == 0 && info.st_size == size
      && info.st_blocks >= size / 512)
    return caf::none;
  auto reason = ::posix_fallocate(fd->get(), 0, size);
  if (reason == 0)
    return sync_data(fd->get(), path_);
  ::unlink(path_.c_str()); // The little that it got is no use.
  return file_error(ec::write_failed, path_, reason);
}

caf::error disk_reserve::replace(const fs::path& path, std::string_view bytes) {
  auto fd = open_reserve(path_, 0);
  if (!fd)
    return std::move(fd.error());
  if (auto err = fill_with(fd->get(), bytes, path_))
    return err;
  if (::fchmod(fd->get(), mode_of(path)) != 0
      || ::rename(path_.c_str(), path.c_str()) != 0)
    return file_error(ec::write_failed, path, errno);
  // For the next version, before others have what was over.
  static_cast<void>(fill());
  return sync_directory(path.parent_path());
}

} // namespace camnode
