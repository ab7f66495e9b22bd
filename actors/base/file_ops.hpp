#pragma once

#include "messages/descriptor.hpp"
#include "messages/error.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct iovec;

namespace camnode {

/// Whether `x` is an error of a file because its name is taken.
bool is_name_taken(const caf::error& x);

/// Whether `x` is an error of a file because its disk, or its user's share of
/// it, is full.
bool is_disk_full(const caf::error& x);

/// Creates `path` for appending, for the user and the folder's group alone
/// (0640, less what the umask takes). Whatever is at that name already (a
/// dangling link too) is left alone.
/// @returns `ec::open_failed` with the path, also where the name is taken.
caf::expected<unique_fd> create_file(const std::filesystem::path& path);

/// Appends all bytes of `parts` to `fd`, however often the kernel takes only
/// some. What was written before an error stays.
/// @param parts `count` buffers; changed on the way.
/// @param path For the error's text only.
/// @returns `ec::write_failed`.
caf::error write_all(int fd, iovec* parts, int count,
                     const std::filesystem::path& path);

/// Appends `bytes` to `fd`, like the above.
caf::error write_all(int fd, std::string_view bytes,
                     const std::filesystem::path& path);

/// Promises that the bytes of `fd` survive a power cut (not its name).
/// @returns `ec::sync_failed`, also where somebody has removed the file.
caf::error sync_data(int fd, const std::filesystem::path& path);

/// Promises that the names in directory `path` survive a power cut, as far as
/// its file system can promise that.
/// @returns `ec::sync_failed`.
caf::error sync_directory(const std::filesystem::path& path);

/// Creates directory `path` and those above it that are missing.
/// @returns The directories that have a new name in them now, to be synced from
///          the first to the last; or `ec::open_failed`.
caf::expected<std::vector<std::filesystem::path>>
make_directories(const std::filesystem::path& path);

/// Creates directory `path` and those above it that are missing, each synced,
/// for the user and the folder's group alone (0750, less what the umask takes).
/// @returns `ec::open_failed` or `ec::sync_failed`.
caf::error create_directories_synced(const std::filesystem::path& path);

/// Creates folder `name`, of one level or several, below `root`. Names come
/// from peers: where the file system takes one for that of another folder, as
/// `cam` and `Cam` are one on exFAT, that is `ec::bad_message`.
/// @returns That, `ec::open_failed` or `ec::sync_failed`.
caf::error create_named_folder(const std::filesystem::path& root,
                               const std::filesystem::path& name);

/// How a file got another name.
enum class rename_way : uint8_t {
  atomic, ///< In one step.
  link,   ///< Both names showed for an instant.
  check,  ///< The name was free when it was looked at: nobody but this process
          ///< may rename in there.
};

/// Renames `from` to `to` if nothing has that name, in the best way that the
/// file system has.
/// @returns `ec::write_failed` with `to` in the text; then `from` is as before.
caf::expected<rename_way> rename_by_any_way(const std::filesystem::path& from,
                                            const std::filesystem::path& to);

/// The same, for whom any way will do.
caf::error rename_no_replace(const std::filesystem::path& from,
                             const std::filesystem::path& to);

/// `rename_no_replace` within one directory, which is then synced.
/// @returns `ec::write_failed`, or `ec::sync_failed` with the rename done.
caf::error rename_no_replace_synced(const std::filesystem::path& from,
                                    const std::filesystem::path& to);

/// How much the file system of `path` has room for, for those who are not root.
/// @returns Nothing where it does not say.
std::optional<uint64_t> free_bytes_of(const std::filesystem::path& path);

/// A new version of a file, before it takes that file's place.
struct new_version {
  std::filesystem::path path;
  unique_fd fd;
};

/// Creates a new version of `path` beside it, named like it with `ending`. One
/// that an earlier attempt left there is removed if it begins as `bytes` do;
/// anything else keeps its name, and this one gets another.
/// @returns `ec::open_failed`.
caf::expected<new_version> create_version(const std::filesystem::path& path,
                                          const std::string& ending,
                                          std::string_view bytes);

/// Gives `path` the content `bytes` in one step: a reader finds the old file or
/// the new one, whole, also after a power cut.
/// @returns `ec::open_failed`, `ec::write_failed` or `ec::sync_failed`.
caf::error replace_file_synced(const std::filesystem::path& path,
                               std::string_view bytes);

} // namespace camnode
