#pragma once

#include "messages/disk/frame_index.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace camnode {

/// How many of the last frames of a piece are in complete pieces after it,
/// too, each of them whole: it can be without these. Looked at is, by the
/// names, one piece after the other, as long as they have any of its frames.
/// What cannot be read, or is not on disk for sure, counts as not there.
///
/// A frame is the same where size and checksum are, and its number in the
/// server's run. Where one has no number, or no run, that may be another one's:
/// then the time goes, to the microsecond.
///
/// @param start_ms That of the piece.
/// @param rows Of its index.
uint64_t count_doubled(const std::filesystem::path& dir, int64_t start_ms,
                       const std::vector<index_row>& rows);

} // namespace camnode
