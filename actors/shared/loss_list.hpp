#pragma once

#include "messages/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace camnode {

/// Frames that are not on disk, and why.
struct recorded_loss {
  uint64_t epoch = 0;
  uint64_t first = 0; ///< Sequence numbers, both included.
  uint64_t last = 0;
  loss_place place = loss_place::none;
  int64_t before_ns = 0; ///< Session clock, of the first frame behind them.

  /// How many of these numbers are lost; 0: all. Others where losses were
  /// joined for lack of room.
  uint64_t some = 0;

  uint64_t frames() const {
    return some != 0 ? some : last - first + 1;
  }

  /// Whether each number from `first` to `last` is lost.
  bool exact() const {
    return some == 0;
  }
};

/// Both in one entry, of which not all numbers may be lost.
/// @pre They are of one epoch, and have no number in common.
recorded_loss join(const recorded_loss& a, const recorded_loss& b);

/// Adds, up to the largest number there is.
void add_bounded(uint64_t& sum, uint64_t n);

/// The losses of one camera in one session, neighbours joined. Where there
/// would be more than `max_entries`, those that are near each other are joined
/// to entries with frames between them that are not lost; those of many runs
/// cannot be joined, and are left out. Not thread safe.
class loss_list {
public:
  static constexpr size_t max_entries = 1000;

  loss_list() = default;

  /// With what an earlier process has listed.
  explicit loss_list(std::vector<recorded_loss> entries)
    : entries_(std::move(entries)) {
    make_certain();
  }

  /// Adds a loss, or makes the last entry longer by it.
  void add(const recorded_loss& x);

  const std::vector<recorded_loss>& entries() const {
    return entries_;
  }

  /// How many frames its entries name.
  uint64_t frames() const;

  /// What is in it stays.
  void make_certain();

  /// Takes back what was added since it was made certain.
  void roll_back();

private:
  /// Joins entries, two each.
  void coarsen();

  std::vector<recorded_loss> entries_;
  size_t certain_ = 0;         ///< That many entries are,
  recorded_loss last_certain_; ///< the last of them as it was then.
};

} // namespace camnode
