#pragma once

#include "messages/disk/data_folder.hpp"
#include "messages/disk/manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// What is to be known of any session, from the beginning of its manifest:
/// spares reading all of those that there ever were.
struct session_head {
  /// As much of a manifest has all that is looked for.
  static constexpr size_t text_size = 2048;

  std::filesystem::path path; ///< Of its manifest.
  uint64_t size = 0;          ///< Of that, in bytes.
  int64_t start_ms = 0;
  int64_t stop_ms = 0;
  int64_t anchor_ns = 0; ///< Of the machine's clock, in the run `boot_id`.
  std::string boot_id;
  bool over = false; ///< It surely says that its session is.
  bool ours = false; ///< It surely is a manifest.

  /// What begins in front of that, or from the end on, is no file of it.
  int64_t begin_ms() const;
  int64_t end_ms() const;

  /// Whether it began after `x`, however UTC was set.
  bool is_after(const manifest& x) const;
};

/// @param text The beginning of the manifest; any text is safe.
session_head read_head(const std::filesystem::path& path, uint64_t size,
                       std::string_view text);

/// Those of all `manifests` in data folder `dir`.
std::vector<session_head> read_heads(const std::vector<listed_file>& manifests,
                                     const std::filesystem::path& dir);

} // namespace camnode
