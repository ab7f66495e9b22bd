#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace camnode {

/// What lies between two frames of a camera as a rule, whatever gaps and jitter
/// there are: the time from frame to frame, by the number of medians in it. A
/// late frame makes one interval too long and the next one too short, so both
/// count.
class usual_interval {
public:
  /// @param ns Above 0.
  void add(int64_t ns);

  /// @returns Nothing if there was no interval.
  std::optional<int64_t> ns() const;

private:
  struct group {
    uint64_t count = 0;
    int64_t rest_ns = 0; ///< The sum of what is beyond whole us.
  };

  std::map<int64_t, group> by_us_;
  uint64_t count_ = 0;
};

} // namespace camnode
