#pragma once

#include "actors/recorder/piece_repair.hpp"
#include "actors/shared/recording_ledger.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace camnode {

/// Completes the piece that starts at `start_ms`, which an earlier life could
/// not close.
using complete_piece
  = std::function<caf::expected<piece_repair>(int64_t start_ms)>;

/// Completes the pieces that earlier lives of a RECORDER had to leave open as
/// the disk failed, the last one first: what another one has, too, is known
/// when that is complete. What came of each is in the books and in the log; one
/// that cannot be completed stays open, for the next start of the node.
/// @param who Whose log lines these are.
void complete_open_pieces(recording_ledger& books,
                          const complete_piece& complete,
                          const std::string& who);

} // namespace camnode
