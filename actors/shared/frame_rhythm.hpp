#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace camnode {

/// Learns from the times of a camera's frames how often it delivers, and for
/// how long it may be silent: nobody else knows of a program or an unknown
/// server. Times are ns on one clock. Pure, not thread safe.
class frame_rhythm {
public:
  /// What a camera may take its time for before it has shown anything.
  static constexpr int64_t generous_ns = 10'000'000'000;

  /// What any camera may take its time for.
  static constexpr int64_t least_patience_ns = 2'000'000'000;

  /// @param generous_ns How long it may be silent before it is known.
  explicit frame_rhythm(int64_t generous = generous_ns) : generous_(generous) {
  }

  /// The time before the next frame says nothing of the camera.
  void interrupt() {
    newest_ns_ = 0;
  }

  /// Takes a frame.
  /// @returns The time since the one before; 0 if that says nothing.
  int64_t take(int64_t at_ns);

  /// Takes a silence that was ended from outside: the camera was started anew.
  void take_silence(int64_t ns);

  /// Whether it has been watched for long enough to know its silences.
  bool is_known() const;

  /// The time between two frames, rests and holes apart; 0 if unknown.
  int64_t usual_ns() const;

  /// The same of the last few frames alone, for who has to know soon that a
  /// camera has slowed down; 0 before there are that many.
  int64_t recent_ns() const;

  /// The longest time between two frames in the last 5 to 10 minutes.
  int64_t longest_ns() const;

  /// Whether it delivers frame by frame, and does not rest between bursts.
  bool is_steady() const;

  /// For how long it may be silent without being taken for stalled.
  int64_t patience_ns() const;

  /// Frames in 1000 s while it delivers; 0 if unknown.
  uint32_t rate_mhz() const;

private:
  /// What was seen in some minutes.
  struct stretch {
    int64_t begin_ns = 0;
    int64_t longest_ns = 0;
    int64_t resting_ns = 0; ///< In intervals far longer than usual.
    int64_t watched_ns = 0;
  };

  void remember(int64_t at_ns, int64_t interval_ns);
  size_t known_intervals() const;

  /// The middle one of the last `n` intervals; 0 of none.
  int64_t median_of_last(size_t n) const;

  const int64_t generous_;
  int64_t newest_ns_ = 0; ///< 0: none, or none that counts.
  std::array<int64_t, 33> intervals_{};
  size_t known_ = 0; ///< Intervals ever; the last ones are kept.
  int64_t watched_ns_ = 0;
  stretch present_;
  stretch past_;
};

} // namespace camnode
