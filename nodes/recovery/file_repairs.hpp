#pragma once

#include <filesystem>

namespace camnode {

/// Completes every file in data folder `dir` that is open, each with a line in
/// the log. What cannot be completed is told, and left as it is. Blocks on the
/// disk.
void repair_files(const std::filesystem::path& dir);

} // namespace camnode
