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

bool are_same(const struct stat& x, const struct stat& y) {
  return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

std::string gone(const fs::path& x, const char* what) {
  return shown(x) + " was renamed or removed while it is recorded to" + what
         + "; nothing more is recorded there until it is back";
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
    auto known = find(x);
    if (known)
      if (auto why = trouble_of(x, *known); !why.empty())
        return caf::make_error(ec::open_failed, why);
    if (auto err = create_named_folder(parent, part))
      return err;
    if (!known)
      use(x);
  }
  return caf::none;
}

std::optional<held_folder::handle> held_folder::find(const fs::path& x) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = used_.find(x);
  if (i == used_.end())
    return std::nullopt;
  return i->second;
}

void held_folder::use(const fs::path& x) {
  unique_fd fd{::open(x.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  std::lock_guard<std::mutex> guard{mutex_};
  auto held = fd && used_.size() < max_held
                ? std::make_shared<const unique_fd>(std::move(fd))
                : nullptr;
  used_.emplace(x, std::move(held));
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
  for (auto& [x, held] : used())
    if (result = trouble_of(x, held); !result.empty())
      return result;
  return {};
}

std::string held_folder::trouble_of(const fs::path& x, const handle& held) {
  struct stat mine;
  struct stat there;
  if (::stat(x.c_str(), &there) != 0)
    return errno == ENOENT || errno == ENOTDIR ? gone(x, "") : "";
  auto same = held ? ::fstat(held->get(), &mine) != 0 || are_same(mine, there)
                   : S_ISDIR(there.st_mode);
  return same ? "" : gone(x, ", and something else has its name now");
}

} // namespace camnode
