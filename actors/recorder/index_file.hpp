#pragma once

#include "actors/recorder/frame_index.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace camnode {

/// The largest index that is read: ten million frames.
constexpr uint64_t max_index_bytes = uint64_t{2} << 30;

/// Reads the whole rows of an index, up to the first line that is none.
/// @param path For the error's text only.
/// @returns `ec::open_failed` for what is no file, cannot be read, or is larger
///          than `max_index_bytes`.
caf::expected<std::vector<index_row>>
read_rows(int fd, const std::filesystem::path& path);

} // namespace camnode
