#include "tools/camctl/export/export_folder.hpp"

#include "actors/base/file_ops.hpp"
#include "messages/error.hpp"
#include "tools/camctl/export/table_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

caf::error refusal(const std::string& why) {
  return caf::make_error(ec::open_failed, why);
}

/// Whether an export that was killed may have left a file of that name.
bool is_own(const fs::path& name) {
  static const std::set<fs::path> endings{".mp4", ".csv", ".json", ".tsv",
                                          ".proof"};
  static const std::set<fs::path> names{"README", ".bidsignore"};
  return endings.count(name.extension()) > 0
         || names.count(name.filename()) > 0;
}

} // namespace

caf::error export_folder::refuse_place(const fs::path& out,
                                       const std::vector<fs::path>& dirs) {
  std::error_code err;
  auto place = fs::weakly_canonical(out, err);
  for (auto& dir : dirs) {
    auto data = fs::canonical(dir, err);
    auto ends = std::mismatch(data.begin(), data.end(), place.begin(),
                              place.end());
    if (!err && ends.first == data.end())
      return refusal(out.string() + ": is in the data folder " + dir.string()
                     + "; name a folder outside of it with --to");
  }
  return caf::none;
}

caf::expected<export_folder> export_folder::create(const fs::path& out,
                                                   const std::string& name) {
  export_folder result;
  result.part_ = out / ('.' + name + ".part");
  result.final_ = out / name;
  std::error_code err;
  if (fs::symlink_status(result.final_, err).type() != fs::file_type::not_found)
    return refusal(result.final_.string()
                   + ": is there already, and never written over; remove it, "
                     "or name another folder with --to");
  if (auto problem = result.begin())
    return problem;
  return result;
}

caf::error export_folder::begin() {
  auto parent = part_.parent_path();
  std::error_code ignored;
  made_parent_ = !fs::exists(parent, ignored);
  if (auto err = create_directories_synced(parent))
    return unwritten(err);
  constexpr mode_t mode = 0750;
  if (::mkdir(part_.c_str(), mode) != 0 && errno != EEXIST)
    return file_error(ec::write_failed, part_, errno);
  unique_fd folder{
    ::open(part_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!folder)
    return file_error(ec::write_failed, part_, errno);
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return refusal(part_.string() + ": another export is writing it");
  if (auto err = clear())
    return err;
  lock_ = std::move(folder);
  return caf::none;
}

/// Removes what an export left that was killed.
caf::error export_folder::clear() {
  std::error_code err;
  for (auto& x : fs::recursive_directory_iterator{part_, err})
    if (x.symlink_status().type() != fs::file_type::directory
        && !(x.symlink_status().type() == fs::file_type::regular
             && is_own(x.path())))
      return refusal(x.path().string()
                     + ": is no export's, and in its way; move it elsewhere");
  for (auto& x : fs::directory_iterator{part_, err})
    if (fs::remove_all(x.path(), err), err)
      break;
  return err ? caf::make_error(ec::write_failed,
                               part_.string() + ": " + err.message())
             : caf::error{};
}

export_folder::~export_folder() {
  if (!lock_)
    return;
  std::error_code ignored;
  fs::remove_all(part_, ignored);
  if (made_parent_) // Not if anything else is in it by now.
    fs::remove(part_.parent_path(), ignored);
}

caf::error export_folder::commit() {
  if (auto err = sync_directory(part_))
    return unwritten(err);
  if (auto err = rename_no_replace(part_, final_))
    return err;
  lock_.reset();
  if (auto err = sync_directory(final_.parent_path()))
    return caf::make_error(ec::sync_failed,
                           "exported, but not synced: " + final_.string() + ": "
                             + reason_of(err));
  return caf::none;
}

} // namespace camnode
