#pragma once

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// How far the versions of one manifest are.
struct manifest_progress {
  uint64_t tried = 0;   ///< The newest one that has been written, or refused.
  uint64_t written = 0; ///< The newest one on disk.
  std::string error;    ///< Why `tried` was refused; empty: it is on disk.
};

/// Writes manifests, so that SESSION need not wait for the disk. Outlives it.
/// Any thread.
class manifest_writer {
public:
  virtual ~manifest_writer() = default;

  /// Has `text` written to `path`. What still waits to be written there is
  /// passed over: the newest version wins.
  /// @param tells_stop Whether the session is stopped in it: a full disk takes
  ///        it all the same, where there is a reserve.
  /// @returns Its version: 1 for the first one.
  virtual uint64_t write(const std::filesystem::path& path, std::string text,
                         bool tells_stop)
    = 0;

  virtual manifest_progress look(const std::filesystem::path& path) const = 0;

  /// Waits until the newest version has been tried, at most for `patience`.
  virtual void wait(const std::filesystem::path& path, caf::timespan patience)
    = 0;

  /// Forgets a manifest that is complete.
  virtual void forget(const std::filesystem::path& path) = 0;
};

using manifest_writer_ptr = std::shared_ptr<manifest_writer>;

/// Gives `path` the content `text`, durably and at once; may block.
using write_manifest_file = std::function<caf::error(
  const std::filesystem::path& path, const std::string& text, bool tells_stop)>;

/// A writer with a thread of its own, from the first manifest on. If the
/// disk holds that thread up, nobody waits for it at the end.
/// @param write `replace_file_synced`, with its folder, if empty.
manifest_writer_ptr new_manifest_writer(write_manifest_file write = {});

} // namespace camnode
