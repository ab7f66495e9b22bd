#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace camnode {

/// What lies between two frames of a camera as a rule, whatever gaps and jitter
/// there are: the mean of those intervals that are within a quarter of the
/// median.
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
