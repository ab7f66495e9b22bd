#pragma once

#include "messages/disk/session_records.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace camnode {

/// Both in one entry, of which not all numbers may be lost.
/// @pre They are of one run, and have no number in common.
recorded_loss join(const recorded_loss& a, const recorded_loss& b);

/// The losses of one camera in one session, neighbours joined. Where there
/// would be more than `max_entries`, those that are near each other are joined
/// to entries with frames between them that are not lost; those of many runs
/// cannot be joined, and are left out. It lists; session_books counts. Not
/// thread safe.
class loss_list {
public:
  static constexpr size_t max_entries = max_losses;

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
