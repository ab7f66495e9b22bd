#pragma once

#include "actors/shared/session_books.hpp"
#include "messages/disk/index_reader.hpp"
#include "messages/disk/manifest.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// A completed piece, as its index tells.
struct found_piece {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  std::string stem; ///< Of its name.
  index_facts facts;
};

/// The books of a camera after a crash: what is recorded is what the files
/// have; what is lost is what the manifest had named by then, and what is
/// missing between the files' numbers (`loss_place::unknown`).
/// @param told What the manifest says; may be older than the files.
/// @param found The session's pieces, in the order of their starts.
session_books rebuild_books(const session_info& session,
                            const manifest_camera& told,
                            const std::vector<found_piece>& found);

} // namespace camnode
