#pragma once

#include "messages/disk/session_summary.hpp"
#include "nodes/recordings/data_reader.hpp"

#include <cstddef>

namespace camnode {

/// Looks for the files that a manifest names: whether each is there, and not
/// too small for what it is to hold. Reads none of them. Of a session that is
/// not over, those that are complete. Blocks on the disk.
/// @param max_files How many are looked for.
files_seen look_for_files(const data_reader& data, const manifest& x,
                          size_t max_files);

} // namespace camnode
