#include "actors/base/held_folder.hpp"

#include "messages/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

bool is_folder(const fs::path& x) {
  struct stat info;
  return ::stat(x.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool are_same(const struct stat& x, const struct stat& y) {
  return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

std::string gone(const fs::path& x) {
  return shown(x)
         + " was renamed or removed while it is recorded to; nothing more is "
           "recorded there until it is back";
}

} // namespace

caf::expected<held_folder_ptr> held_folder::hold(const fs::path& dir) {
  unique_fd fd{::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd)
    return file_error(ec::open_failed, dir, errno);
  return std::make_shared<held_folder>(dir, std::move(fd));
}

held_folder::held_folder(fs::path name, unique_fd fd)
  : name_(std::move(name)), fd_(std::move(fd)) {
  path_ = descriptor_folder / std::to_string(fd_.get());
  struct stat info;
  if (::stat(path_.c_str(), &info) != 0)
    path_ = name_; // There is no /proc here.
}

caf::error held_folder::enter(const fs::path& dir) {
  auto x = path_;
  for (auto& part : dir.lexically_relative(path_)) {
    auto parent = std::exchange(x, x / part);
    auto is_used = [&] {
      std::lock_guard<std::mutex> guard{mutex_};
      return used_.count(x) > 0;
    };
    if (is_used() && !is_folder(x))
      return caf::make_error(ec::open_failed, gone(x));
    if (auto err = create_named_folder(parent, part))
      return err;
    std::lock_guard<std::mutex> guard{mutex_};
    used_.insert(x);
  }
  return caf::none;
}

void held_folder::release() {
  std::lock_guard<std::mutex> guard{mutex_};
  used_.clear();
}

std::string held_folder::own_trouble() const {
  struct stat mine;
  struct stat there;
  if (::fstat(fd_.get(), &mine) != 0)
    return {};
  auto failed = ::stat(name_.c_str(), &there) != 0;
  auto reason = failed ? errno : 0;
  if (!failed && are_same(mine, there))
    return {};
  if (failed && reason != ENOENT && reason != ENOTDIR)
    return name_.string()
           + " cannot be looked at: " + std::generic_category().message(reason);
  auto now = shown(path_);
  if (mine.st_nlink == 0 || now.find(" (deleted)") != now.npos)
    return name_.string()
           + " was removed, with all that is recorded in it; start the client "
             "again";
  return name_.string() + " was renamed to " + now
         + ", where this client goes on; no session begins until it has its "
           "name again, or the client is started again";
}

std::string held_folder::trouble() const {
  auto result = own_trouble();
  if (!result.empty())
    return result;
  auto used = [this] {
    std::lock_guard<std::mutex> guard{mutex_};
    return used_;
  };
  for (auto& x : used()) {
    struct stat info;
    if (::stat(x.c_str(), &info) != 0 && errno == ENOENT)
      return gone(x);
  }
  return {};
}

} // namespace camnode
