#pragma once

#include "messages/disk/index_reader.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace camnode {

/// Numbers of frames, as ranges per run of a server.
class number_set {
public:
  /// @pre `x.first <= x.last`
  void add(const frame_range& x);

  /// The parts of `x` that are not in here, in order.
  std::vector<frame_range> missing_from(const frame_range& x) const;

  /// The parts of `x` that are in here, in order.
  std::vector<frame_range> common_with(const frame_range& x) const;

private:
  using ranges = std::map<uint64_t, uint64_t>; ///< Last by first; disjoint.

  std::map<uint64_t, ranges> runs_; ///< By epoch.
};

} // namespace camnode
