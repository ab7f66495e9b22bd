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

/// What the clocks' steps and all rounding can make.
constexpr int64_t rounding_ns = 3;
constexpr double rounding = rounding_ns;

/// How far a line that is right at the origin is off at a time `dx` away.
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
  place();
  auto agreeing = static_cast<std::ptrdiff_t>(fit());
  if (agreeing == static_cast<std::ptrdiff_t>(samples_.size()))
    return verdict::taken;
  samples_.erase(samples_.begin(), samples_.end() - agreeing);
  lowers_.erase(lowers_.begin(), lowers_.end() - agreeing);
  uppers_.erase(uppers_.begin(), uppers_.end() - agreeing);
  last_stamp_ns_ = latest_ns;
  return verdict::restarted;
}

void clock_offset::forget() {
  samples_.clear();
  last_stamp_ns_ = latest_ns;
}

// Puts the origin into the newest exchange, and all bounds around it.
void clock_offset::place() {
  auto& newest = samples_.back();
  origin_ns_ = newest.answered_ns;
  origin_offset_ns_ = middle(newest.least_ns, newest.most_ns);
  auto point_at = [&](int64_t at_ns, int64_t offset_ns) {
    return point{static_cast<double>(at_ns - origin_ns_),
                 static_cast<double>(offset_ns - origin_offset_ns_)};
  };
  lowers_.clear();
  uppers_.clear();
  for (auto& x : samples_) {
    auto lower = point_at(x.asked_ns, x.least_ns);
    auto upper = point_at(x.answered_ns, x.most_ns);
    lowers_.push_back({lower.x, bend(lower.x) - lower.y});
    uppers_.push_back({upper.x, upper.y + bend(upper.x)});
  }
}

bool clock_offset::narrow(const point& lower, const point& upper) {
  auto dx = upper.x - lower.x;
  auto dy = upper.y + lower.y;
  if (dx > 0)
    rates_.most = std::min(rates_.most, dy / dx);
  else if (dx < 0)
    rates_.least = std::max(rates_.least, dy / dx);
  else if (dy < 0)
    return false;
  return rates_.least <= rates_.most;
}

// Finds the rates of the lines that fit, from the newest exchange back to the
// first one that does not agree. Returns how many do.
size_t clock_offset::fit() {
  rates_ = {-max_rate, max_rate};
  auto first = samples_.size();
  while (first > 0) {
    auto known = rates_;
    auto& lower = lowers_[first - 1];
    auto& upper = uppers_[first - 1];
    auto agrees = narrow(lower, upper);
    for (auto i = first; i < samples_.size() && agrees; ++i)
      agrees = narrow(lowers_[i], upper) && narrow(lower, uppers_[i]);
    if (!agrees) {
      rates_ = known;
      break;
    }
    --first;
  }
  return samples_.size() - first;
}

// How high a line can be at `t` that is below all of `uppers`, and whose rate
// is one of `x`. For each rate the lowest one of the bounds counts; between a
// rate where that is one that rises with the rate and another where it falls,
// the highest place is no higher than where the two meet.
double clock_offset::peak(const std::vector<point>& uppers, rates x, double t) {
  auto value = [&](const point& upper, double rate) {
    return upper.y + rate * (t - upper.x);
  };
  auto lowest = [&](double rate) {
    return *std::min_element(uppers.begin(), uppers.end(),
                             [&](const point& a, const point& b) {
                               return value(a, rate) < value(b, rate);
                             });
  };
  auto rising = lowest(x.least);
  auto falling = lowest(x.most);
  if (falling.x <= t)
    return value(falling, x.most);
  if (rising.x >= t)
    return value(rising, x.least);
  // Each step is nearer; any of them is a bound.
  constexpr int steps = 16;
  for (int i = 0;; ++i) {
    auto rate = (falling.y - rising.y) / (falling.x - rising.x);
    auto meet = value(rising, rate);
    auto next = lowest(rate);
    if (i == steps || value(next, rate) > meet - 1)
      return meet;
    (next.x < t ? rising : falling) = next;
  }
}

// What the offset is at `t` at most: what the lines say, and no more than what
// any one exchange allows for at the greatest rate.
double clock_offset::roof(const std::vector<point>& uppers, rates x, double t) {
  auto result = peak(uppers, x, t) + bend(t);
  for (auto& upper : uppers)
    result = std::min(result, upper.y - bend(upper.x)
                                + max_rate * std::abs(t - upper.x) + rounding);
  return result;
}

std::optional<clock_estimate> clock_offset::at(int64_t client_ns) const {
  if (samples_.empty())
    return std::nullopt;
  auto t = static_cast<double>(client_ns - origin_ns_);
  auto most = roof(uppers_, rates_, t);
  auto least = -roof(lowers_, {-rates_.most, -rates_.least}, t);
  auto half = std::max((most - least) / 2, 0.0);
  return clock_estimate{origin_offset_ns_ + std::llround((most + least) / 2),
                        std::llround(std::ceil(half)) + 1};
}

// As of the instant of the stamp, which the offset of now leads close to.
std::optional<clock_estimate> clock_offset::at_stamp(int64_t server_ns,
                                                     int64_t now_ns) const {
  auto result = at(now_ns);
  if (!result)
    return std::nullopt;
  int64_t moved = rounding_ns;
  for (int i = 0; i < 3 && moved >= rounding_ns; ++i) {
    auto client_ns = server_ns + result->offset_ns;
    result = at(client_ns);
    moved = std::abs(server_ns + result->offset_ns - client_ns);
    auto error = static_cast<double>(result->error_ns)
                 + max_rate * static_cast<double>(moved);
    result->error_ns = std::llround(std::ceil(error / (1 - max_rate)));
  }
  return result;
}

std::optional<clock_estimate> clock_offset::map(int64_t server_ns,
                                                int64_t now_ns) {
  auto result = at_stamp(server_ns, now_ns);
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
  return clock_drift{std::llround((rates_.most + rates_.least) / 2 * 1e9),
                     std::llround((rates_.most - rates_.least) / 2 * 1e9)};
}

} // namespace camnode
