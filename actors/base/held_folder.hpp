#pragma once

#include "actors/base/file_ops.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace camnode {

/// The folder that a client records to, held by its descriptor: what is open in
/// it and what is made in it stays there, under whatever name somebody gives it
/// meanwhile. No folder is made again in it that was in use and is gone, and
/// nothing is made in one that took its name: what was recorded is somewhere
/// else then, and nobody would see that. Any thread.
class held_folder {
public:
  /// @returns `ec::open_failed` where `dir` is no folder.
  static caf::expected<std::shared_ptr<held_folder>>
  hold(const std::filesystem::path& dir);

  held_folder(std::filesystem::path name, unique_fd fd);

  /// Leads to the folder, wherever it is. `shown` has it in words.
  const std::filesystem::path& path() const {
    return path_;
  }

  /// How many of the folders below are held, too. Of further ones, of sensors
  /// mostly, it is seen only that they are gone.
  static constexpr size_t max_held = 128;

  /// Makes a folder below `path()` with those above it, durably, where none of
  /// them has been in use yet. May block.
  /// @returns `ec::open_failed`, also where one was in use and is gone, or is
  ///          another one now; or an error of `create_named_folder`.
  caf::error enter(const std::filesystem::path& dir);

  /// A session begins, or has ended: none of the folders below is in use.
  void release();

  /// What somebody did to the folders while they are in use, and what to do
  /// about it, in one line; empty: nothing. May block.
  std::string trouble() const;

private:
  /// A descriptor of a folder in use: as long as it is open, the number of its
  /// inode stays, which on exFAT it does not otherwise. Null: not held.
  using handle = std::shared_ptr<const unique_fd>;

  /// What has become of the folder itself.
  std::string own_trouble() const;

  /// What has become of folder `x` in use; empty: nothing.
  static std::string trouble_of(const std::filesystem::path& x,
                                const handle& held);

  /// @returns Nothing where `x` is not in use.
  std::optional<handle> find(const std::filesystem::path& x) const;
  void use(const std::filesystem::path& x);

  const std::filesystem::path name_; ///< As the user calls it.
  const unique_fd fd_;
  std::filesystem::path path_;
  mutable std::mutex mutex_;
  std::map<std::filesystem::path, handle> used_;
};

using held_folder_ptr = std::shared_ptr<held_folder>;

} // namespace camnode
