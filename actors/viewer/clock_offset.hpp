#pragma once

#include "actors/shared/viewer_board.hpp"

#include <array>
#include <cstddef>
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
};

/// Estimates the offset of a server's clock from the probes of the last while:
/// the one with the shortest way counts, as its two halves can differ the
/// least (the clock filter of RFC 5905, section 10). Its error is at most half
/// of that way, and grows with its age by what two crystals drift apart.
class clock_offset {
public:
  /// 100 ppm: two crystals of 50 ppm, the common grade, that drift apart.
  static constexpr int64_t drift_ppm = 100;

  /// Takes an exchange; drops one whose times contradict each other. One that
  /// contradicts all before it, by more than both errors, means that the
  /// server's clock is another one now (it was restarted): they are forgotten.
  void add(const clock_probe& x);

  /// @param now_ns On the client's clock, not before the last answer.
  /// @returns Nothing before the first exchange.
  std::optional<clock_estimate> at(int64_t now_ns) const;

private:
  struct sample {
    int64_t offset_ns;
    int64_t way_ns;  ///< There and back, without the server's own time.
    int64_t time_ns; ///< When it was asked.
  };

  /// What the offset of `x` is off by at `now_ns`, at most.
  static int64_t error_at(const sample& x, int64_t now_ns);

  std::array<sample, 16> samples_;
  uint64_t taken_ = 0;
};

} // namespace camnode
