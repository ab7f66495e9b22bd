#pragma once

#include "tools/camctl/export/instant_grid.hpp"
#include "tools/camctl/export/table_file.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// What `frames.csv` has.
struct row_facts {
  uint64_t rows = 0;

  /// How far apart the frames of one row were captured at most, ns, and in
  /// which row. Filled ones do not count.
  int64_t apart_ns = 0;
  uint64_t apart_row = 0;

  /// What the times of frames are off by at most, ns, and whether that is known
  /// for all of them. Filled ones do not count.
  int64_t error_ns = 0;
  bool error_known = true;
  file_facts file;
};

/// Writes `frames.csv`, which says for each instant the frame of each film, out
/// of the tables of the films. Without a grid the instants are those of the
/// frames of the first film, and of each other film the nearest frame is
/// told, however far away. The columns are `time_ns` and, for each film,
/// `.frame`, `.dt_ns` (when the frame was captured, minus `time_ns`),
/// `.error_ns` (what `dt_ns` is off by at most) and `.filled`.
/// @param films Their names.
/// @param grid Of films that are locked: frame n is of instant n.
/// @param go_on Called with each row; returns false to give up.
/// @returns `ec::write_failed`, `ec::bad_message` if a table is damaged, or
///          `ec::unavailable` if it was told to give up.
caf::expected<row_facts> write_row_table(
  const std::filesystem::path& folder, const std::vector<std::string>& films,
  const std::optional<instant_grid>& grid, const std::function<bool()>& go_on);

} // namespace camnode
