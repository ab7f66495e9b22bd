#pragma once

#include "actors/base/file_ops.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace camnode {

/// The folder that a client records to, held by its descriptor: what is open in
/// it and what is made in it stays there, under whatever name somebody gives it
/// meanwhile. No folder is made again in it that was in use and is gone: what
/// was recorded is somewhere else then, and nobody would see that. Any thread.
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

  /// Makes a folder below `path()` with those above it, durably, where none of
  /// them has been in use yet. May block.
  /// @returns `ec::open_failed`, also where one was in use and is gone.
  caf::error enter(const std::filesystem::path& dir);

  /// A session begins, or has ended: none of the folders below is in use.
  void release();

  /// What somebody did to the folders while they are in use, and what to do
  /// about it, in one line; empty: nothing. May block.
  std::string trouble() const;

private:
  /// What has become of the folder itself.
  std::string own_trouble() const;

  const std::filesystem::path name_; ///< As the user calls it.
  const unique_fd fd_;
  std::filesystem::path path_;
  mutable std::mutex mutex_;
  std::set<std::filesystem::path> used_;
};

using held_folder_ptr = std::shared_ptr<held_folder>;

} // namespace camnode
