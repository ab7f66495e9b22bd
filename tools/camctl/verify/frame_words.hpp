#pragma once

#include "tools/camctl/verify/audit.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// How frames of one camera, and what is missing of them, are put for people.
/// Runs of the server are named where there are several.
class frame_words {
public:
  /// @param near_ns Times of that day have no date; UTC ns.
  frame_words(const manifest_camera& books,
              const std::vector<checked_piece>& pieces, int64_t near_ns);

  /// `frame 4`, `frames 4 to 5 of run b2cc65`.
  std::string of(const frame_range& x) const;

  /// `2 of frames 4 to 6`, where they are not all of them.
  std::string part_of(uint64_t n, const frame_range& x) const;

  /// Which frames, where they were lost, and when.
  std::string of(const recorded_loss& x) const;

  /// What nobody knows, why, and when.
  std::string of(const recorded_break& x) const;

private:
  std::string of_run(uint64_t epoch) const;
  std::string before(int64_t ns) const;

  const int64_t near_ns_;
  bool several_ = false; ///< Runs.
};

} // namespace camnode
