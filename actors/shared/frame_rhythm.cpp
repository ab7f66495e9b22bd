#include "actors/shared/frame_rhythm.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace camnode {

namespace {

/// Below that a rhythm may have rests that it has not shown yet.
constexpr int64_t least_watched_ns = 10'000'000'000;

constexpr int64_t stretch_ns = 300'000'000'000;

/// Beyond a day it is a clock that is wrong.
constexpr int64_t longest_interval_ns = 86'400'000'000'000;

/// An interval that is as many times as long as usual is a rest, or a hole.
constexpr int64_t rest_factor = 4;

/// How many intervals `recent_ns` is made of.
constexpr size_t recent = 9;

/// A silence that somebody ended is no proof for more patience than this.
constexpr int64_t longest_proof_ns = 10'000'000'000;

} // namespace

int64_t frame_rhythm::take(int64_t at_ns) {
  auto before_ns = std::exchange(newest_ns_, at_ns);
  auto interval_ns = at_ns - before_ns;
  if (before_ns <= 0 || interval_ns <= 0 || interval_ns > longest_interval_ns)
    return 0;
  remember(at_ns, interval_ns);
  return interval_ns;
}

void frame_rhythm::take_silence(int64_t ns) {
  present_.longest_ns = std::max(present_.longest_ns,
                                 std::min(ns, longest_proof_ns));
}

void frame_rhythm::remember(int64_t at_ns, int64_t interval_ns) {
  if (at_ns - present_.begin_ns > stretch_ns) {
    past_ = std::exchange(present_, stretch{});
    present_.begin_ns = at_ns;
  }
  auto usual = usual_ns();
  auto& x = present_;
  x.longest_ns = std::max(x.longest_ns, interval_ns);
  x.watched_ns += interval_ns;
  if (usual > 0 && interval_ns / rest_factor > usual)
    x.resting_ns += interval_ns;
  watched_ns_ += std::min(interval_ns, least_watched_ns);
  intervals_[known_ % intervals_.size()] = interval_ns;
  ++known_;
}

size_t frame_rhythm::known_intervals() const {
  return std::min(known_, intervals_.size());
}

bool frame_rhythm::is_known() const {
  return watched_ns_ >= least_watched_ns;
}

int64_t frame_rhythm::usual_ns() const {
  return median_of_last(known_intervals());
}

int64_t frame_rhythm::recent_ns() const {
  return known_ < recent ? 0 : median_of_last(recent);
}

int64_t frame_rhythm::median_of_last(size_t n) const {
  if (n == 0)
    return 0;
  auto sorted = intervals_;
  for (size_t i = 0; i < n; ++i)
    sorted[i] = intervals_[(known_ - 1 - i) % intervals_.size()];
  auto middle = sorted.begin() + n / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + n);
  return *middle;
}

int64_t frame_rhythm::longest_ns() const {
  return std::max(present_.longest_ns, past_.longest_ns);
}

bool frame_rhythm::is_steady() const {
  auto resting = present_.resting_ns + past_.resting_ns;
  return resting <= (present_.watched_ns + past_.watched_ns) / 8;
}

int64_t frame_rhythm::patience_ns() const {
  auto shown = 3 * longest_ns();
  return std::max(
    {is_known() ? int64_t{0} : generous_, shown, least_patience_ns});
}

uint32_t frame_rhythm::rate_mhz() const {
  auto n = known_intervals();
  if (n == 0)
    return 0;
  auto begin = intervals_.begin();
  int64_t sum = 0;
  for (auto i = begin; i != begin + n; ++i)
    sum += *i / static_cast<int64_t>(n);
  int64_t delivering = 0;
  int64_t count = 0;
  for (auto i = begin; i != begin + n; ++i) {
    if (*i / rest_factor > sum)
      continue;
    delivering += *i;
    ++count;
  }
  auto mhz = 1e12 * static_cast<double>(count)
             / static_cast<double>(std::max<int64_t>(delivering, 1));
  // What is measured is not known to a thousandth.
  auto step = mhz > 5'000 ? 100. : mhz > 500 ? 10. : 1.;
  return static_cast<uint32_t>(std::min(std::round(mhz / step) * step, 1e6));
}

} // namespace camnode
