#include "actors/viewer/clock_offset.hpp"

#include <algorithm>
#include <cmath>

namespace camnode {

namespace {

/// Later than any clock that counts from a machine's start: 146 years. What
/// is below it can be added and subtracted without a thought.
constexpr int64_t latest_ns = int64_t{1} << 62;

constexpr double max_rate = clock_offset::max_drift_ppm * 1e-6;

/// By how much a rate changes, per ns: 0.02 ppm per s. A room that warms by
/// 2 degrees a minute changes a bare crystal by half of that.
constexpr double max_wander = 0.02e-6 / 1e9;

/// What the clocks' steps and all rounding can make, in ns.
constexpr double rounding = 3;

/// How far a line that is right now is off at a time `dx` away.
double bend(double dx) {
  return max_wander * dx * dx / 2 + rounding;
}

int64_t middle(int64_t x, int64_t y) {
  // Halves first: the sum of two clocks' nanoseconds may not fit.
  return x / 2 + y / 2;
}

} // namespace

clock_offset::verdict clock_offset::add(const clock_probe& x) {
  if (x.received_ns < 0 || x.sent_ns < x.received_ns || x.sent_ns > latest_ns
      || x.asked_ns < 0 || x.answered_ns > latest_ns)
    return verdict::refused;
  if (x.answered_ns - x.asked_ns < x.sent_ns - x.received_ns)
    return verdict::refused;
  // Another clock's answers, or out of order: nothing to fit a line to.
  if (!samples_.empty() && x.answered_ns < samples_.back().answered_ns)
    return verdict::refused;
  if (samples_.size() == window)
    samples_.erase(samples_.begin());
  samples_.push_back({x.asked_ns, x.asked_ns - x.received_ns, x.answered_ns,
                      x.answered_ns - x.sent_ns});
  auto before = samples_.size();
  fit();
  if (samples_.size() == before)
    return verdict::taken;
  last_stamp_ns_ = latest_ns;
  return verdict::restarted;
}

void clock_offset::forget() {
  samples_.clear();
  last_stamp_ns_ = latest_ns;
}

bool clock_offset::narrow(const point& lower, const point& upper) {
  auto dx = upper.x - lower.x;
  auto dy = upper.y - lower.y;
  if (dx > 0)
    most_rate_ = std::min(most_rate_, dy / dx);
  else if (dx < 0)
    least_rate_ = std::max(least_rate_, dy / dx);
  else if (dy < 0)
    return false;
  return least_rate_ <= most_rate_;
}

// From the newest exchange back to the first one that does not agree.
void clock_offset::fit() {
  auto& newest = samples_.back();
  origin_ns_ = newest.answered_ns;
  origin_offset_ns_ = middle(newest.least_ns, newest.most_ns);
  least_rate_ = -max_rate;
  most_rate_ = max_rate;
  point lowers[window];
  point uppers[window];
  size_t n = 0;
  for (; n < samples_.size(); ++n) {
    auto& sample = samples_[samples_.size() - 1 - n];
    auto place = [&](int64_t at_ns, int64_t offset_ns) {
      return point{static_cast<double>(at_ns - origin_ns_),
                   static_cast<double>(offset_ns - origin_offset_ns_)};
    };
    auto lower = place(sample.asked_ns, sample.least_ns);
    auto upper = place(sample.answered_ns, sample.most_ns);
    lower.y -= bend(lower.x);
    upper.y += bend(upper.x);
    auto least_rate = least_rate_;
    auto most_rate = most_rate_;
    auto agrees = narrow(lower, upper);
    for (size_t i = 0; i < n && agrees; ++i)
      agrees = narrow(lowers[i], upper) && narrow(lower, uppers[i]);
    if (!agrees) {
      least_rate_ = least_rate;
      most_rate_ = most_rate;
      break;
    }
    lowers[n] = lower;
    uppers[n] = upper;
  }
  samples_.erase(samples_.begin(),
                 samples_.end() - static_cast<std::ptrdiff_t>(n));
  // At and behind the origin, the steepest line is the highest one.
  least_ = lowers[0].y - least_rate_ * lowers[0].x;
  most_ = uppers[0].y - most_rate_ * uppers[0].x;
  for (size_t i = 1; i < n; ++i) {
    least_ = std::max(least_, lowers[i].y - least_rate_ * lowers[i].x);
    most_ = std::min(most_, uppers[i].y - most_rate_ * uppers[i].x);
  }
}

std::optional<clock_estimate> clock_offset::at(int64_t now_ns) const {
  if (samples_.empty())
    return std::nullopt;
  auto t = static_cast<double>(now_ns - origin_ns_);
  auto widest = max_rate * std::abs(t) + rounding;
  auto most = most_ + widest;
  auto least = least_ - widest;
  if (t >= 0) {
    most = std::min(most, most_ + most_rate_ * t + bend(t));
    least = std::max(least, least_ + least_rate_ * t - bend(t));
  }
  auto half = std::max((most - least) / 2, 0.0);
  return clock_estimate{origin_offset_ns_ + std::llround((most + least) / 2),
                        std::llround(std::ceil(half)) + 1};
}

std::optional<clock_estimate> clock_offset::map(int64_t server_ns,
                                                int64_t now_ns) {
  auto result = at(now_ns);
  if (!result)
    return std::nullopt;
  // What is here was stamped before: that too bounds the offset.
  auto mapped = std::min(server_ns + result->offset_ns, now_ns);
  result->offset_ns = mapped - server_ns;
  if (mapped_any_) {
    auto apart = std::max<int64_t>(0, server_ns - last_stamp_ns_);
    auto earliest = std::min(last_mapped_ns_ + apart / 2, now_ns);
    if (auto moved = earliest - mapped; moved > 0) {
      result->offset_ns += moved;
      result->error_ns += moved;
      mapped = earliest;
    }
  }
  mapped_any_ = true;
  last_stamp_ns_ = server_ns;
  last_mapped_ns_ = mapped;
  return result;
}

std::optional<clock_drift> clock_offset::drift() const {
  if (samples_.empty())
    return std::nullopt;
  return clock_drift{std::llround((most_rate_ + least_rate_) / 2 * 1e9),
                     std::llround((most_rate_ - least_rate_) / 2 * 1e9)};
}

} // namespace camnode
