#pragma once

#include "messages/disk/file_origin.hpp"

#include <filesystem>

namespace camnode {

/// Whose a file of readings is, by its beginning. That it begins with the
/// column of a time says little: others begin like that, too.
file_origin readings_origin(const std::filesystem::path& path);

} // namespace camnode
