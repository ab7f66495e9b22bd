#pragma once

#include "messages/disk/file_judge.hpp"

#include <filesystem>

namespace camnode {

/// Completes every file in data folder `dir` that is open, each with a line in
/// the log. What cannot be completed is told, and left as it is; so is what
/// camnode did not write, but without a line. Blocks on the disk.
void repair_files(const std::filesystem::path& dir, const file_judge& judge);

} // namespace camnode
