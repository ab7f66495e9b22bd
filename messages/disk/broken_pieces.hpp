#pragma once

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace camnode {

/// A piece that was not completed: a `.part`, or one of the two files under
/// its final name without the other.
struct broken_piece {
  int64_t start_ms = 0;
  int64_t end_ms = 0;          ///< As one of the names has it; 0: none has.
  std::filesystem::path film;  ///< Empty: there is none.
  std::filesystem::path index; ///< Empty: there is none.
};

/// The pieces of a camera's folder that were not completed, in the order of
/// their starts. An index that lost its film for good is none.
/// @returns Nothing for a folder that is not there; `ec::open_failed` for one
///          that cannot be read.
caf::expected<std::vector<broken_piece>>
find_broken_pieces(const std::filesystem::path& dir);

} // namespace camnode
