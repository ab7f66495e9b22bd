#pragma once

#include <caf/error.hpp>

#include <filesystem>
#include <set>

namespace camnode {

/// Makes the folders of sensors' files, and promises that the names in them
/// survive a power cut: later, and once for many, as that takes the disk far
/// longer than to make them.
class sensor_folders {
public:
  /// Makes `dir`, and the folders above it, where they are missing.
  /// @returns `ec::open_failed`.
  caf::error create(const std::filesystem::path& dir);

  /// `dir` has a new name in it.
  void changed(const std::filesystem::path& dir) {
    unsynced_.insert(dir);
  }

  /// Whether all is promised.
  bool synced() const {
    return unsynced_.empty();
  }

  /// Makes the promise for one folder. That is not tried again for one that
  /// fails.
  /// @pre `!synced()`
  /// @returns `ec::sync_failed`.
  caf::error sync_one();

private:
  std::set<std::filesystem::path> unsynced_;
};

} // namespace camnode
