#pragma once

#include "actors/base/log_pace.hpp"
#include "actors/recorder/gap_before.hpp"
#include "actors/shared/frame_ring.hpp"
#include "actors/shared/recording_ledger.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace camnode {

/// Notes in the books what is missing between the frames that RECORDER sees,
/// and says so in the log, at most a line a second of each kind. Not thread
/// safe.
class frame_account {
public:
  /// @param who In front of each line of the log.
  /// @param clock `client_clock_ns`.
  frame_account(recording_ledger_ptr ledger, std::string who,
                std::function<int64_t()> clock)
    : ledger_(std::move(ledger)),
      who_(std::move(who)),
      clock_(std::move(clock)) {
  }

  /// Goes on after `last`, which was captured at `client_ns` on the client's
  /// clock; 0 if that is unknown.
  void go_on(std::optional<frame_number> last, int64_t client_ns);

  /// The last frame seen, or what it goes on after.
  const std::optional<frame_number>& last() const {
    return last_;
  }

  /// Notes what is missing right before `x`, which is at `capture_ns` of the
  /// session clock.
  /// @param found How `x` was read from its ring.
  void take_gap(const frame_ring::reading& found, int64_t capture_ns);

  /// `x` is the last frame seen.
  void see(const frame& x);

  /// All before `x` has been seen, or told as lost.
  void see_all_before(const frame& x);

  void lose(const recorded_loss& x);

private:
  /// What went unread of other runs than that of `x`.
  void lose_unread(const frame_ring::reading& x, int64_t capture_ns);

  void tell_end(gap_before::run_end why, const frame& next);

  const recording_ledger_ptr ledger_;
  const std::string who_;
  const std::function<int64_t()> clock_;
  std::optional<frame_number> last_;
  int64_t last_ns_ = 0; ///< When that was captured, `client_clock_ns`.
  log_pace losses_pace_;
  log_pace ends_pace_;
};

} // namespace camnode
