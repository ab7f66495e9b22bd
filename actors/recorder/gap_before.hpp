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
    new_run,    ///< Another run of the server goes on.
    jump,       ///< Its numbers went up further than any camera counts.
  };

  /// Unless `none`: what the run of the first frame captured after it, nobody
  /// knows.
  run_end end = run_end::none;

  /// The second frame's run is unknown up to here; sequence 0: all is known.
  frame_number until;

  /// Of the second frame's run; at most one.
  std::vector<recorded_loss> losses;
};

/// What is known of the time before a frame.
struct frame_past {
  frame_number last;  ///< The frame before, or the last one named as lost.
  int64_t ago_ns = 0; ///< By how much that was captured earlier.

  /// The last number of the new frame's run that is in the books; 0: none.
  uint64_t last_of_run = 0;
};

/// @param skipped How many frames before `x` the ring let go of unread.
/// @param capture_ns Where `x` is on the session clock.
gap_before find_gap(const frame_past& before, const frame& x, uint64_t skipped,
                    int64_t capture_ns);

} // namespace camnode
