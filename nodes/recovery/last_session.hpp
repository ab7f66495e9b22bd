#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace camnode {

/// The ids of the cameras that the newest session in data folder `dir` has
/// frames of; none if there is no session, or its manifest cannot be read.
/// Blocks on the disk.
std::vector<std::string>
cameras_of_last_session(const std::filesystem::path& dir);

} // namespace camnode
