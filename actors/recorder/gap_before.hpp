#pragma once

#include "actors/shared/recording_ledger.hpp"
#include "messages/frame.hpp"

#include <cstdint>
#include <vector>

namespace camnode {

/// What is missing between two frames that RECORDER reads one after the other.
struct gap_before {
  enum class run_end {
    none,       ///< Both are of one run of the server, as far as is known.
    unnumbered, ///< A stream without numbers was broken off between them.
    new_run,    ///< The server has begun a new run.
  };

  /// Unless `none`: what the run of the first frame captured after it, nobody
  /// knows.
  run_end end = run_end::none;

  /// In the order of their frames; at most two.
  std::vector<recorded_loss> losses;
};

/// @param last The frame before.
/// @param skipped How many frames before `x` the ring let go of unread.
/// @param capture_ns Where `x` is on the session clock.
gap_before find_gap(const frame_number& last, const frame& x, uint64_t skipped,
                    int64_t capture_ns);

} // namespace camnode
