#pragma once

#include "messages/disk/manifest.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace camnode {

/// A difference between two clocks.
struct clock_difference {
  int64_t ns = 0;

  /// What `ns` is off by at most; nothing where nobody can tell.
  std::optional<int64_t> error_ns = 0;
};

/// How far one clock is ahead of another one, as it was found now and then. In
/// between it is on a line, as rates change slowly; before and after, the rate
/// is that of two crystals.
class clock_lead {
public:
  /// A clock is not ahead of itself.
  clock_lead() = default;

  /// What was so at one instant.
  struct point {
    int64_t time_ns = 0; ///< On the clock that `at` is asked with.
    int64_t ahead_ns = 0;
    int64_t error_ns = 0;
  };

  /// @param points In any order; if there is none, nobody knows anything.
  explicit clock_lead(std::vector<point> points);

  bool known() const {
    return same_ || !points_.empty();
  }

  clock_difference at(int64_t time_ns) const;

private:
  bool same_ = true;
  std::vector<point> points_;
};

/// How far the session clock of `x` is ahead of that of `first`, by the clock
/// of a server that both clients knew. Times are on the session clock of `x`.
clock_lead lead_of(const manifest& x, const manifest& first);

} // namespace camnode
