#pragma once

#include "actors/shared/clock_age.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace camnode {

/// What one exchange with a server's clock proves of its offset.
struct offset_proof {
  int64_t asked_ns;    ///< There, the offset was
  int64_t least_ns;    ///< this at least.
  int64_t answered_ns; ///< And there,
  int64_t most_ns;     ///< this at most.
};

/// What all exchanges of late prove of the offset at any time, by lines or
/// without. `clock_offset` has the derivation. Times are ns after the newest
/// answer, mostly negative, and offsets ns beyond the middle of what the newest
/// exchange allows for, so that they fit a `double`.
class offset_bounds {
public:
  /// So many exchanges count, at most: a minute's, or 12 s of a slewed clock's.
  static constexpr size_t window = 64;

  /// The greatest rate of an offset whose clock is not slewed, ns per ns.
  static constexpr double max_rate = max_drift_ppm * 1e-6;

  /// Linux lets no clock run faster or slower by more than this: what moves
  /// faster, has stepped.
  static constexpr double fastest_slew = 0.1;

  /// Of rates, in ns per ns, or of offsets.
  struct range {
    double least;
    double most;
  };

  /// @pre Asked and answered no earlier than the last one.
  void add(const offset_proof& x);

  /// Forgets all but the newest ones. @pre `0 < newest <= size()`
  void keep(size_t newest);

  void clear();

  size_t size() const {
    return proofs_.size();
  }

  /// @pre As for all of the following, there is one.
  const offset_proof& newest() const {
    return proofs_.back();
  }

  const offset_proof& oldest_of(size_t newest) const {
    return proofs_[proofs_.size() - newest];
  }

  /// What offsets are relative to, in ns.
  int64_t origin_offset_ns() const {
    return origin_offset_ns_;
  }

  /// How many of the newest exchanges agree on a line.
  size_t agreeing() const {
    return agreeing_;
  }

  /// The rates of the lines on which these agree.
  const range& rates() const {
    return rates_;
  }

  /// The greatest rate at which the offset has moved between an older exchange
  /// and the newest one, at the least; infinite where it was at once.
  double proved_rate() const;

  /// The greatest rate at which the offset can have moved, on average, since
  /// the first exchange that was answered at `since_ns` or later; infinite if
  /// that is too short ago to tell.
  double possible_rate(int64_t since_ns) const;

  /// What the offset can be at `t`. @pre All agree on a line.
  range by_lines(double t) const;

  /// What the offset can be at `t` if its clock is slewed: one way between two
  /// exchanges, and by `rate` after the newest one, at most. @pre `rate` is no
  /// less than `proved_rate()`.
  range by_slew(double t, double rate) const;

private:
  struct point {
    double x;
    double y;
  };

  void place();
  void fit();
  bool narrow(const point& lower, const point& upper);
  static double peak(const std::vector<point>& uppers, range slopes, double t);
  static double roof(const std::vector<point>& uppers, range slopes, double t);
  static double slewed_roof(const std::vector<point>& uppers, double rate,
                            double t);

  std::vector<offset_proof> proofs_; ///< In the order of their coming.
  int64_t origin_offset_ns_ = 0;
  std::vector<point> uppers_; ///< Wider by what the drift can have changed.
  std::vector<point> lowers_; ///< As wide, and upside down: `y` is negative.
  size_t agreeing_ = 0;
  range rates_ = {};
};

} // namespace camnode
