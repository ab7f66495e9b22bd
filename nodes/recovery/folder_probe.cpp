#include "nodes/recovery/folder_probe.hpp"

#include "messages/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// An empty file that goes with the object.
class probe_file {
public:
  explicit probe_file(fs::path path) : path_(std::move(path)) {
  }

  probe_file(const probe_file&) = delete;

  ~probe_file() {
    if (exists_)
      ::unlink(path_.c_str());
  }

  /// Removes what a probe that was killed left.
  void clear() {
    struct stat info;
    if (::lstat(path_.c_str(), &info) == 0 && S_ISREG(info.st_mode)
        && info.st_size == 0)
      ::unlink(path_.c_str());
  }

  caf::error create() {
    auto fd = create_file(path_);
    if (!fd)
      return std::move(fd.error());
    exists_ = true;
    return sync_data(fd->get(), path_);
  }

  /// The file has the name of `to` from now on.
  void moved_to(probe_file& to) {
    to.exists_ = std::exchange(exists_, false);
  }

  const fs::path& path() const {
    return path_;
  }

private:
  const fs::path path_;
  bool exists_ = false;
};

fs::path name_in(const fs::path& dir, const char* ending) {
  return dir / (std::string{probe_prefix} + ending);
}

bool syncs_names(const fs::path& dir) {
  unique_fd fd{::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return fd && ::fsync(fd.get()) == 0;
}

} // namespace

caf::expected<folder_abilities> probe_folder(const fs::path& dir) {
  folder_abilities result;
  probe_file first{name_in(dir, ".a")};
  probe_file second{name_in(dir, ".b")};
  probe_file free{name_in(dir, ".c")};
  for (auto* x : {&first, &second, &free})
    x->clear();
  for (auto* x : {&first, &second})
    if (auto err = x->create())
      return err;
  struct stat info;
  result.tells_case_apart = ::lstat(name_in(dir, ".A").c_str(), &info) != 0;
  auto taken = rename_by_any_way(first.path(), second.path());
  if (taken || !is_name_taken(taken.error()))
    return caf::make_error(
      ec::write_failed,
      taken ? dir.string() + ": a file is replaced by one that gets its name"
            : describe(taken.error()));
  auto way = rename_by_any_way(first.path(), free.path());
  if (!way)
    return std::move(way.error());
  first.moved_to(free);
  result.renames = *way;
  if (auto err = sync_directory(dir))
    return err;
  result.syncs_names = syncs_names(dir);
  return result;
}

std::vector<std::string> limits_of(const folder_abilities& x) {
  std::vector<std::string> result;
  if (x.renames == rename_way::link)
    result.emplace_back("it cannot rename without replacing: files that are "
                        "completed have both of their names for an instant");
  if (x.renames == rename_way::check)
    result.emplace_back("it cannot rename without replacing: nothing but this "
                        "client may write there");
  if (!x.syncs_names)
    result.emplace_back("it does not promise that new names survive a power "
                        "cut");
  if (!x.tells_case_apart)
    result.emplace_back("it does not tell A from a: of cameras or topics "
                        "whose names differ in that alone, the first one is "
                        "recorded");
  return result;
}

} // namespace camnode
