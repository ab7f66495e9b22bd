#include "actors/shared/file_ops.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <iterator>
#include <system_error>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// Calls `f` until no signal interrupts it.
template <class F>
auto uninterrupted(F f) {
  auto result = f();
  while (result < 0 && errno == EINTR)
    result = f();
  return result;
}

fs::path directory_of(const fs::path& x) {
  auto dir = x.parent_path();
  return dir.empty() ? fs::path{"."} : dir;
}

bool directory_exists(const fs::path& x) {
  struct stat info;
  return ::stat(x.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// Creates one directory, whose parent exists.
/// @returns Whether it is new.
caf::expected<bool> make_directory(const fs::path& x) {
  if (::mkdir(x.c_str(), 0777) == 0)
    return true;
  auto reason = errno;
  if (directory_exists(x))
    return false;
  // That there is a file does not say why it is no folder.
  return file_error(ec::open_failed, x, reason == EEXIST ? ENOTDIR : reason);
}

/// Whether an open file has no name any more. Some file systems count no names.
bool is_removed(int fd, const fs::path& path) {
  struct stat info;
  return ::fstat(fd, &info) == 0 && info.st_nlink == 0
         && ::lstat(path.c_str(), &info) != 0 && errno == ENOENT;
}

/// Renames without replacing where the kernel or file system knows no such
/// thing: a second name is refused if it is taken.
int rename_by_link(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) != 0)
    return -1;
  return ::unlink(from.c_str());
}

} // namespace

void unique_fd::reset(int fd) {
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = fd;
}

std::string shown(const fs::path& path) {
  auto below = path.lexically_relative(descriptor_folder);
  if (below.empty() || *below.begin() == "..")
    return path.string();
  std::error_code err;
  auto folder = fs::read_symlink(descriptor_folder / *below.begin(), err);
  if (err)
    return path.string();
  for (auto part = std::next(below.begin()); part != below.end(); ++part)
    folder /= *part;
  return folder.string();
}

caf::error file_error(ec code, const fs::path& path, int errnum) {
  return caf::make_error(
    code, shown(path) + ": " + std::generic_category().message(errnum), errnum);
}

bool is_name_taken(const caf::error& x) {
  return x.context().match_elements<std::string, int>()
         && x.context().get_as<int>(1) == EEXIST;
}

bool is_disk_full(const caf::error& x) {
  if (!x || !x.context().match_elements<std::string, int>())
    return false;
  auto reason = x.context().get_as<int>(1);
  return reason == ENOSPC || reason == EDQUOT;
}

caf::expected<unique_fd> create_file(const fs::path& path) {
  constexpr auto mode = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC
                        | O_NOFOLLOW;
  unique_fd result{
    uninterrupted([&] { return ::open(path.c_str(), mode, 0666); })};
  if (!result)
    return file_error(ec::open_failed, path, errno);
  return result;
}

caf::error write_all(int fd, iovec* parts, int count, const fs::path& path) {
  while (count > 0) {
    if (parts->iov_len == 0) {
      ++parts;
      --count;
      continue;
    }
    auto n = uninterrupted([&] { return ::writev(fd, parts, count); });
    if (n <= 0)
      return file_error(ec::write_failed, path, n < 0 ? errno : EIO);
    auto left = static_cast<size_t>(n);
    for (; count > 0 && left >= parts->iov_len; ++parts, --count)
      left -= parts->iov_len;
    if (count > 0) {
      parts->iov_base = static_cast<char*>(parts->iov_base) + left;
      parts->iov_len -= left;
    }
  }
  return caf::none;
}

caf::error write_all(int fd, std::string_view bytes, const fs::path& path) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  return write_all(fd, &part, 1, path);
}

bool read_at(int fd, uint64_t offset, uint8_t* out, size_t size) {
  while (size > 0) {
    auto n = ::pread(fd, out, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    offset += static_cast<uint64_t>(n);
    out += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

caf::error sync_data(int fd, const fs::path& path) {
  if (uninterrupted([fd] { return ::fdatasync(fd); }) != 0)
    return file_error(ec::sync_failed, path, errno);
  if (is_removed(fd, path))
    return caf::make_error(ec::sync_failed,
                           shown(path) + ": was removed while it was written",
                           ENOENT);
  return caf::none;
}

caf::error sync_directory(const fs::path& path) {
  constexpr auto mode = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  unique_fd dir{uninterrupted([&] { return ::open(path.c_str(), mode); })};
  if (!dir)
    return file_error(ec::sync_failed, path, errno);
  // Network and FUSE file systems that cannot sync directories say EINVAL.
  if (uninterrupted([&] { return ::fsync(dir.get()); }) != 0 && errno != EINVAL)
    return file_error(ec::sync_failed, path, errno);
  return caf::none;
}

caf::expected<std::vector<fs::path>> make_directories(const fs::path& path) {
  std::vector<fs::path> changed;
  if (directory_exists(path))
    return changed;
  fs::path prefix;
  for (const auto& part : path) {
    prefix /= part;
    if (directory_exists(prefix))
      continue;
    auto is_new = make_directory(prefix);
    if (!is_new)
      return std::move(is_new.error());
    if (*is_new)
      changed.push_back(directory_of(prefix));
  }
  if (!directory_exists(path))
    return file_error(ec::open_failed, path, ENOENT);
  return changed;
}

caf::error create_directories_synced(const fs::path& path) {
  auto changed = make_directories(path);
  if (!changed)
    return std::move(changed.error());
  for (auto& x : *changed)
    if (auto err = sync_directory(x))
      return err;
  return caf::none;
}

caf::error rename_no_replace(const fs::path& from, const fs::path& to) {
  auto failed = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(),
                            RENAME_NOREPLACE);
  if (failed && (errno == EINVAL || errno == ENOSYS))
    failed = rename_by_link(from, to);
  if (failed)
    return file_error(ec::write_failed, to, errno);
  return caf::none;
}

caf::error rename_no_replace_synced(const fs::path& from, const fs::path& to) {
  if (auto err = rename_no_replace(from, to))
    return err;
  return sync_directory(directory_of(to));
}

std::optional<uint64_t> free_bytes_of(const fs::path& path) {
  struct statvfs info;
  if (uninterrupted([&] { return ::statvfs(path.c_str(), &info); }) != 0)
    return std::nullopt;
  return uint64_t{info.f_bavail} * info.f_frsize;
}

caf::error replace_file_synced(const fs::path& path, std::string_view bytes) {
  auto next = path;
  next += ".new";
  // Ours alone: what an earlier attempt left there is of no use.
  ::unlink(next.c_str());
  auto fd = create_file(next);
  if (!fd)
    return std::move(fd.error());
  auto err = write_all(fd->get(), bytes, next);
  if (!err)
    err = sync_data(fd->get(), next);
  if (err) {
    ::unlink(next.c_str()); // It takes room, where that may be short.
    return err;
  }
  if (::rename(next.c_str(), path.c_str()) != 0)
    return file_error(ec::write_failed, path, errno);
  return sync_directory(directory_of(path));
}

} // namespace camnode
