#pragma once

#include "actors/viewer/offset_bounds.hpp"

#include <cstdint>
#include <optional>

namespace camnode {

/// The four times of one exchange with a server's `/clock` (RFC 5905, section
/// 8): asked and answered on the client's clock, received and sent on the
/// server's.
struct clock_probe {
  int64_t asked_ns = 0;
  int64_t received_ns = 0;
  int64_t sent_ns = 0;
  int64_t answered_ns = 0;
  uint64_t epoch = 0; ///< Which run of the server answered; 0 if unknown.
};

/// How fast a server's clock runs away from the client's.
struct clock_drift {
  int64_t ppb = 0;       ///< Of the offset, ns per s.
  int64_t error_ppb = 0; ///< `ppb` is off by this at most.
};

/// Estimates the offset of a server's clock, what to add to its time for the
/// client's, and how the offset drifts, with bounds of both errors.
///
/// **What one exchange proves.** Let `o(t)` be the offset at client time `t`.
/// The question was on its way for `d >= 0`, so it arrived at client time
/// `asked + d = received + o`: the offset was no less than `asked - received`.
/// The answer was on its way too, so the offset was no more than `answered -
/// sent`. As `|o'| < 1`, the first holds at `asked` and the second at
/// `answered`, whatever `d` was. RFC 5905 takes the middle of the two as
/// offset (section 8) and half of their distance, the delay, as what it can be
/// off by (section 11.2); and as delays vary, it trusts the exchange with the
/// least one (the clock filter, section 10). The Lab Streaming Layer does
/// likewise, and fits a line through its offsets afterwards ("Time
/// Synchronization" in its documentation). Here both are one step:
///
/// **What many exchanges prove.** Over some minutes two crystals drift apart
/// at a nearly constant rate: `o` is a line. It runs above all lower bounds
/// and below all upper ones, so only the bounds at the edge of each crowd
/// count, those of the least delays, each direction for itself (the convex
/// hulls of Moon, Skelly and Towsley, "Estimation and Removal of Clock Skew
/// from Network Delay Measurements", INFOCOM 1999). One slow exchange proves
/// little, and so does no harm. The steepest and the flattest line that fit
/// between give the rate. At any time `t`, the estimate is the middle between
/// the highest and the lowest of all lines that fit, which is off by half of
/// their distance at most. Behind the newest exchange these are the steepest
/// and the flattest one, so that grows with the time since. Before it, they
/// are those that touch a bound from before `t` and one from after it: a line
/// of rate `r` is no higher at `t` than `min(u_i + r (t - x_i))` over all
/// upper bounds `u_i` at `x_i`, which is concave in `r`, so that its greatest
/// value is found by a few intersections. So is the lower one
/// (offset_bounds.hpp).
///
/// **When a frame was captured.** Its stamp `s` was taken at that client time
/// `T` for which `T = s + o(T)`, and it comes later: by little in a live
/// stream, by minutes out of a server's ring after a broken network. The
/// offset of its arrival would be off by what drifted meanwhile, and its error
/// does not count that. So the offset is looked up at `T`, which is found by
/// steps `t' = s + e(t)`, where `e` is the estimate and `h` what it is off by
/// at most. As `|o'| <= M`, the last step bounds the error: from `|T - t'| =
/// |o(T) - e(t)| <= M |T - t| + h(t)` follows `|T - t'| <= (h(t) + M |t' - t|)
/// / (1 - M)`.
///
/// **What is allowed for.** The rate is `max_drift_ppm` at most and changes,
/// with the temperature, by `max_wander_ppb_per_s` at most: an old bound counts
/// as wider by what that makes.
///
/// **When a clock is slewed.** A time daemon may let a clock run faster or
/// slower, to correct UTC, and takes the clocks that frames are stamped with
/// along: adjtime(3) by 500 ppm, systemd-timesyncd by some 5000, chrony by up
/// to 83,333; Linux can do 100,000. Such a rate begins and ends at once. The
/// first exchange that no line fits shows it; until then, which is a second or
/// what it takes to move by more than the error, a frame can be beyond its
/// bound by what was slewed meanwhile, and nobody can know. From then on no
/// line is believed. Between two exchanges, a slew that goes one way leaves the
/// offset between what both of them allow for. Behind the newest one, each
/// bound widens with the greatest rate that may be at work: for a second the
/// fastest that Linux knows, and then the greatest that the exchanges of the
/// last 2 s allow for on average, but no less than twice what they prove, nor
/// than 1000 ppm. As slews only get slower, their rate is no more than their
/// average of late, and the bound holds. If one does get faster, it may be
/// wrong until the next exchanges, which are frequent meanwhile (`pace`). Once
/// those of 10 s have agreed on a line for 15 s, the lines are back: a slew
/// that fades comes to its end meanwhile.
///
/// An offset that moved faster than Linux slews was set, or is that of another
/// clock: what agrees with the newest exchange is kept, and all before it is
/// forgotten. What was stamped before that and comes later may be off by all
/// of the step, which is part of its bound.
///
/// What no exchange can prove is how the least delay splits into its two ways:
/// half of it is always part of the error bound.
class clock_offset {
public:
  enum class verdict {
    taken,
    refused,   ///< Its times contradict each other.
    restarted, ///< It contradicts older ones: what they told is void.
  };

  /// How soon to look at the clock again.
  enum class pace {
    calm,   ///< Once a second.
    brisk,  ///< Each 200 ms, as it is slewed.
    hurried ///< Several times at once, as all is void.
  };

  verdict add(const clock_probe& x);

  /// Forgets everything.
  void forget();

  /// @param client_ns On the client's clock; any time, but the further it is
  ///        from the exchanges that are known, the less is.
  /// @returns Nothing before the first exchange.
  std::optional<clock_estimate> at(int64_t client_ns) const;

  /// Like `at`, for the instant when the server has stamped something with
  /// `server_ns` that is here at `now_ns`, as all before it was. It is never
  /// mapped after its arrival, nor before anything that was mapped earlier:
  /// where a better estimate lies further back, mapped time runs at half its
  /// speed until it is there, and the error bound is wider by what is still
  /// missing.
  std::optional<clock_estimate> map(int64_t server_ns, int64_t now_ns);

  std::optional<clock_drift> drift() const;

  /// Whether the clock is slewed, as far as is known.
  bool slewed() const {
    return slewed_ns_.has_value();
  }

private:
  std::optional<clock_estimate> at_stamp(int64_t server_ns,
                                         int64_t now_ns) const;
  void step_from(const clock_estimate& before);
  void follow_slew(int64_t now_ns);

  offset_bounds bounds_;

  // While the clock is slewed:
  std::optional<int64_t> slewed_ns_; ///< When that was found.
  double slew_proved_ = 0;           ///< What the rate was, ns per ns; fades.
  double slew_rate_ = 0;             ///< What it may be now.
  int64_t followed_ns_ = 0;          ///< When these were found.
  int64_t unrest_ns_ = 0; ///< When exchanges last did not agree on a line.

  // Of steps:
  int64_t stepped_ns_ = 0; ///< The last one was before this.
  double step_ = 0;        ///< How far all of them went together, in ns.

  bool mapped_any_ = false;
  int64_t last_stamp_ns_ = 0; ///< Of the present clock; else later than any.
  int64_t last_mapped_ns_ = 0;
};

} // namespace camnode
