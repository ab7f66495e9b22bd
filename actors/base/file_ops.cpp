#include "actors/base/file_ops.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/disk/file_origin.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <mutex>
#include <system_error>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// What others than the user and the folder's group may do with what we make:
/// nothing.
constexpr mode_t file_mode = 0640;
constexpr mode_t folder_mode = 0750;

/// How many names a new version is tried under.
constexpr int max_versions = 9;

/// How much of a file says that it is a version of another one.
constexpr size_t version_bytes = 16;

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
  if (::mkdir(x.c_str(), folder_mode) == 0)
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

/// Whether `errnum` says that the file system, or the kernel, has no such call.
bool is_unknown(int errnum) {
  return errnum == EINVAL || errnum == ENOSYS || errnum == EOPNOTSUPP;
}

/// A second name is refused where it is taken, too.
bool rename_by_link(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) != 0)
    return false;
  if (::unlink(from.c_str()) == 0)
    return true;
  auto reason = errno;
  ::unlink(to.c_str()); // Both are one file: it has its other name still.
  errno = reason;
  return false;
}

/// Safe where this process alone renames in there.
bool rename_checked(const fs::path& from, const fs::path& to) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> guard{mutex};
  struct stat info;
  if (::lstat(to.c_str(), &info) == 0) {
    errno = EEXIST;
    return false;
  }
  return errno == ENOENT && ::rename(from.c_str(), to.c_str()) == 0;
}

/// Whether `there` is what an earlier attempt to write `bytes` left.
bool is_version_of(const fs::path& there, std::string_view bytes) {
  auto head = head_of(there, version_bytes);
  return head && (only_zeros(*head) || *head == bytes.substr(0, head->size()));
}

/// `x` with capitals and small letters exchanged.
std::string swap_case(std::string x) {
  for (auto& c : x)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
      c = static_cast<char>(c ^ 0x20);
  return x;
}

/// Whether folder `dir` lists the name `name`, letter by letter.
bool lists_name(const fs::path& dir, const std::string& name) {
  std::error_code err;
  fs::directory_iterator i{directory_of(dir / name), err};
  for (; !err && i != fs::directory_iterator{}; i.increment(err))
    if (i->path().filename() == name)
      return true;
  return err.value() != 0; // Nobody knows.
}

} // namespace

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
    uninterrupted([&] { return ::open(path.c_str(), mode, file_mode); })};
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
  // What network and FUSE file systems say that cannot sync directories.
  if (uninterrupted([&] { return ::fsync(dir.get()); }) != 0
      && !is_unknown(errno))
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

caf::error create_named_folder(const fs::path& root, const fs::path& name) {
  if (auto err = create_directories_synced(root))
    return err;
  auto dir = root;
  for (auto& part : name) {
    auto path = dir / part;
    auto text = part.string();
    auto other = swap_case(text);
    auto doubtful = other == text ? text.back() == '.'
                                  : directory_exists(dir / other);
    if (doubtful && directory_exists(path) && !lists_name(dir, text))
      return caf::make_error(ec::bad_message,
                             shown(path)
                               + ": its name is that of another folder on this "
                                 "file system, which does not tell A from a; "
                                 "want another name");
    if (auto err = create_directories_synced(path))
      return err;
    dir = std::move(path);
  }
  return caf::none;
}

caf::expected<rename_way> rename_by_any_way(const fs::path& from,
                                            const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(),
                  RENAME_NOREPLACE)
      == 0)
    return rename_way::atomic;
  if (!is_unknown(errno))
    return file_error(ec::write_failed, to, errno);
  if (rename_by_link(from, to))
    return rename_way::link;
  if (is_unknown(errno) || errno == EPERM || errno == EMLINK)
    if (rename_checked(from, to))
      return rename_way::check;
  return file_error(ec::write_failed, to, errno);
}

caf::error rename_no_replace(const fs::path& from, const fs::path& to) {
  auto way = rename_by_any_way(from, to);
  return way ? caf::error{} : std::move(way.error());
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

caf::expected<new_version> create_version(const fs::path& path,
                                          const std::string& ending,
                                          std::string_view bytes) {
  for (int i = 1;; ++i) {
    new_version result;
    result.path = path;
    result.path += (i == 1 ? "" : "." + std::to_string(i)) + ending;
    if (is_version_of(result.path, bytes))
      ::unlink(result.path.c_str());
    auto fd = create_file(result.path);
    if (fd) {
      result.fd = std::move(*fd);
      return result;
    }
    if (!is_name_taken(fd.error()) || i == max_versions)
      return std::move(fd.error());
  }
}

namespace {

caf::error write_and_swap(const new_version& next, const fs::path& path,
                          std::string_view bytes) {
  if (auto err = write_all(next.fd.get(), bytes, next.path))
    return err;
  if (auto err = sync_data(next.fd.get(), next.path))
    return err;
  if (::rename(next.path.c_str(), path.c_str()) != 0)
    return file_error(ec::write_failed, path, errno);
  return caf::none;
}

} // namespace

caf::error replace_file_synced(const fs::path& path, std::string_view bytes) {
  auto next = create_version(path, version_ending, bytes);
  if (!next)
    return std::move(next.error());
  if (auto err = write_and_swap(*next, path, bytes)) {
    ::unlink(next->path.c_str());
    return err;
  }
  return sync_directory(directory_of(path));
}

} // namespace camnode
