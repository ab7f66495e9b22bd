#pragma once

#include "actors/base/file_ops.hpp"

#include <caf/expected.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// What the names of the files begin with that a data folder is tried with.
constexpr std::string_view probe_prefix = ".camnode.probe";

/// What the file system of a data folder can do.
struct folder_abilities {
  rename_way renames = rename_way::atomic;
  bool syncs_names = true;      ///< New names survive a power cut.
  bool tells_case_apart = true; ///< `cam` and `Cam` are two names.
};

/// Tries what a recording needs, with two empty files that are gone afterwards.
/// @pre The folder is this process' own (`lock_data`).
/// @returns Nothing where a recording cannot be kept there: `ec::open_failed`,
///          `ec::write_failed` or `ec::sync_failed`, with what is missing.
caf::expected<folder_abilities> probe_folder(const std::filesystem::path& dir);

/// What somebody should know of that, a line each; nothing where it can do all.
std::vector<std::string> limits_of(const folder_abilities& x);

} // namespace camnode
