#pragma once

#include <cstddef>
#include <cstdint>

namespace camnode {

/// Chooses the quality of each JPEG: a fixed one, or whatever keeps a stream at
/// a bandwidth. Pure: bytes and capture times in, qualities out.
///
/// A JPEG's size follows the scale of its quantisation tables by a power law
/// that hardly depends on the picture. So each JPEG tells how complex the
/// picture is, whatever its quality was, and the next one's scale is what gives
/// its share of the bandwidth; what was spent too much or too little before is
/// made up for within about a second.
class quality_control {
public:
  static constexpr int least = 5; ///< The range that steering stays in.
  static constexpr int most = 95;

  /// @param quality What is used, or begun with, 1 to 100.
  /// @param kbit_per_s The bandwidth, in 1000 bit/s; 0: the quality is fixed.
  /// @param fps The rate that is expected; above 0.
  quality_control(int quality, uint32_t kbit_per_s, double fps);

  /// The quality for the next picture.
  int quality() const {
    return quality_;
  }

  /// Takes note of an encoded picture, in order of capture or nearly so.
  /// @param quality What it was encoded at.
  void note(int quality, size_t bytes, int64_t capture_ns);

private:
  void steer();

  int quality_;
  const double bytes_per_s_;
  double frame_s_;        ///< Between two frames, smoothed.
  double complexity_ = 0; ///< Bytes at scale 1, smoothed; 0: unknown.
  double debt_bytes_ = 0; ///< Spent more than the bandwidth gives.
  int64_t newest_ns_ = 0;
};

} // namespace camnode
