#include "nodes/recovery/data_folder.hpp"

#include "actors/base/file_ops.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace camnode {

namespace {

namespace fs = std::filesystem;

/// The lowest folder on the way to `dir`, `dir` included, that has a name at
/// all: a folder, or what keeps one from being made there.
fs::path lowest_there(const fs::path& dir) {
  // What `..` is after a link, the system alone knows.
  auto x = fs::absolute(dir);
  while (!x.has_filename() && x.has_relative_path()) // Ends in a slash.
    x = x.parent_path();
  struct stat info;
  while (x.has_relative_path() && ::lstat(x.c_str(), &info) != 0
         && (errno == ENOENT || errno == ENOTDIR))
    x = x.parent_path();
  return x;
}

bool may_write(const fs::path& x) {
  return ::faccessat(AT_FDCWD, x.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

/// Why nothing can be made in the folder `x`, from `errno`.
std::string why_closed(const fs::path& x) {
  auto reason = errno;
  auto result = x.string() + " cannot be written to: "
                + std::generic_category().message(reason);
  if (reason == EACCES || reason == EPERM)
    return result + "; want a folder that user " + std::to_string(::geteuid())
           + " may write to";
  return result + "; want a folder on a disk that can be written to";
}

/// @returns 0, or an errno.
int give_folder(const fs::path& x, gid_t group) {
  struct stat info;
  if (::stat(x.c_str(), &info) != 0)
    return errno;
  if (info.st_gid == group && (info.st_mode & S_ISGID) != 0)
    return 0;
  // The order matters: a new group takes that bit away.
  return ::chown(x.c_str(), static_cast<uid_t>(-1), group) == 0
             && ::chmod(x.c_str(), (info.st_mode & 0777) | S_ISGID) == 0
           ? 0
           : errno;
}

/// Folders below `dir`, which are many levels deep under `sensors` alone.
std::vector<fs::path> folders_below(const fs::path& dir) {
  std::vector<fs::path> result;
  std::error_code err;
  fs::recursive_directory_iterator i{dir, err};
  for (; !err && i != fs::recursive_directory_iterator{}; i.increment(err))
    if (std::error_code ignored;
        i->symlink_status(ignored).type() == fs::file_type::directory)
      result.push_back(i->path());
  return result;
}

} // namespace

std::string give_to_group(const fs::path& dir, const std::string& group) {
  auto* known = ::getgrnam(group.c_str());
  if (!known)
    return "there is no group " + group + "; want the name of one";
  auto gid = known->gr_gid;
  auto reason = give_folder(dir, gid);
  if (reason != 0)
    return dir.string() + " cannot be given to it: "
           + std::generic_category().message(reason)
           + "; want a group that user " + std::to_string(::geteuid())
           + " is in";
  for (auto name : {"cam", "markers", "sensors", "sessions"})
    if (std::error_code err; fs::is_directory(dir / name, err)) {
      // What is another user's stays that.
      static_cast<void>(give_folder(dir / name, gid));
      for (auto& x : folders_below(dir / name))
        static_cast<void>(give_folder(x, gid));
    }
  return {};
}

std::string prepare_data_folder(const fs::path& dir) {
  auto there = lowest_there(dir);
  struct stat info;
  if (::stat(there.c_str(), &info) != 0)
    return there.string()
           + (errno == ENOENT ? " is a link to what is not there"
                              : " cannot be looked at: "
                                  + std::generic_category().message(errno))
           + "; want a folder, or the name of a new one";
  if (!S_ISDIR(info.st_mode))
    return there.string()
           + " is not a folder; want a folder, or the name of a new one";
  if (!may_write(there))
    return why_closed(there);
  if (auto err = create_directories_synced(dir))
    return describe(err) + "; want another folder";
  return {};
}

} // namespace camnode
