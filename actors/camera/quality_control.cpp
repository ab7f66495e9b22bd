#include "actors/camera/quality_control.hpp"

#include <algorithm>
#include <cmath>

namespace camnode {

namespace {

/// Bytes are proportional to scale^-exponent, about, from quality 30 to 90.
constexpr double exponent = 0.7;

/// How much of what is new counts.
constexpr double smoothing = 0.25;

/// The most that is made up for, in seconds of the bandwidth.
constexpr double most_debt_s = 1.0;

/// Of what is owed, the part that is made up for in a second.
constexpr double payback_per_s = 1.0;

/// What libjpeg multiplies its tables with.
double scale_of(int quality) {
  quality = std::clamp(quality, 1, 99);
  return quality < 50 ? 50.0 / quality : 2.0 - quality / 50.0;
}

int quality_of(double scale) {
  auto quality = scale > 1 ? 50.0 / scale : (2.0 - scale) * 50.0;
  return std::clamp(static_cast<int>(std::lround(quality)),
                    quality_control::least, quality_control::most);
}

} // namespace

quality_control::quality_control(int quality, uint32_t kbit_per_s, double fps)
  : quality_(quality), bytes_per_s_(kbit_per_s * 125.0), frame_s_(1 / fps) {
}

void quality_control::note(int quality, size_t bytes, int64_t capture_ns) {
  if (bytes_per_s_ == 0)
    return;
  if (newest_ns_ != 0 && capture_ns > newest_ns_) {
    auto passed_s = static_cast<double>(capture_ns - newest_ns_) * 1e-9;
    passed_s = std::min(passed_s, most_debt_s);
    // A pause is not the rate of what follows.
    frame_s_ += smoothing * (std::min(passed_s, 2 * frame_s_) - frame_s_);
    debt_bytes_ -= bytes_per_s_ * passed_s;
  } else if (newest_ns_ == 0) {
    debt_bytes_ -= bytes_per_s_ * frame_s_;
  }
  newest_ns_ = std::max(newest_ns_, capture_ns);
  debt_bytes_ += static_cast<double>(bytes);
  auto bound = bytes_per_s_ * most_debt_s;
  debt_bytes_ = std::clamp(debt_bytes_, -bound, bound);
  auto seen = static_cast<double>(bytes)
              * std::pow(scale_of(quality), exponent);
  complexity_ = complexity_ == 0
                  ? seen
                  : complexity_ + smoothing * (seen - complexity_);
  steer();
}

void quality_control::steer() {
  auto budget = (bytes_per_s_ - payback_per_s * debt_bytes_) * frame_s_;
  // Never less than a quarter: a bad second is better than no picture.
  budget = std::max(budget, bytes_per_s_ * frame_s_ / 4);
  quality_ = quality_of(std::pow(complexity_ / budget, 1 / exponent));
}

} // namespace camnode
