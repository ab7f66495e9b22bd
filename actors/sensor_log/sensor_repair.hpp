#pragma once

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace camnode {

/// What became of a sensor's file that was not completed.
struct sensor_repair {
  std::string stem; ///< Of its final name; empty: there was nothing to keep.
  uint64_t rows = 0;
  uint64_t bytes_cut = 0;
  bool set_aside = false; ///< It ends in `.damaged` now.
};

/// The starts of the files in `dir` that were not completed, in order.
/// @returns `ec::open_failed` for a folder that cannot be read.
caf::expected<std::vector<int64_t>>
find_broken_readings(const std::filesystem::path& dir);

/// Completes the file that starts at `start_ms`: keeps its whole readings,
/// syncs it, and names it by the last of them. A file without a reading is
/// removed, one that is damaged from its beginning set aside. A wider copy that
/// was being made of it (`.wider`) is removed. Overwrites nothing. Whose the
/// file is is for the caller to know (messages/disk/file_judge). Whenever it is
/// ended half-way, a further call completes it.
/// @returns `ec::open_failed`, `ec::write_failed` or `ec::sync_failed`.
caf::expected<sensor_repair> repair_readings(const std::filesystem::path& dir,
                                             int64_t start_ms);

} // namespace camnode
