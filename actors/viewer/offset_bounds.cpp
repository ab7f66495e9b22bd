#include "actors/viewer/offset_bounds.hpp"

#include <algorithm>
#include <cmath>

namespace camnode {

namespace {

/// By how much a rate changes, per ns.
constexpr double max_wander = max_wander_ppb_per_s * 1e-18;

/// What the clocks' steps and all rounding can make, in ns.
constexpr double rounding = 3;

/// How far a line that is right at the newest answer is off at a time `dx`
/// away.
double bend(double dx) {
  return max_wander * dx * dx / 2 + rounding;
}

int64_t middle(int64_t x, int64_t y) {
  // Halves first: the sum of two clocks' nanoseconds may not fit.
  return x / 2 + y / 2;
}

} // namespace

void offset_bounds::add(const offset_proof& x) {
  if (proofs_.size() == window)
    proofs_.erase(proofs_.begin());
  proofs_.push_back(x);
  place();
  fit();
}

void offset_bounds::keep(size_t newest) {
  auto n = static_cast<std::ptrdiff_t>(newest);
  proofs_.erase(proofs_.begin(), proofs_.end() - n);
  lowers_.erase(lowers_.begin(), lowers_.end() - n);
  uppers_.erase(uppers_.begin(), uppers_.end() - n);
}

void offset_bounds::clear() {
  proofs_.clear();
  lowers_.clear();
  uppers_.clear();
}

// Puts the origin into the newest exchange, and all bounds around it.
void offset_bounds::place() {
  auto& newest = proofs_.back();
  origin_offset_ns_ = middle(newest.least_ns, newest.most_ns);
  auto point_at = [&](int64_t at_ns, int64_t offset_ns) {
    return point{static_cast<double>(at_ns - newest.answered_ns),
                 static_cast<double>(offset_ns - origin_offset_ns_)};
  };
  lowers_.clear();
  uppers_.clear();
  for (auto& x : proofs_) {
    auto lower = point_at(x.asked_ns, x.least_ns);
    auto upper = point_at(x.answered_ns, x.most_ns);
    lowers_.push_back({lower.x, bend(lower.x) - lower.y});
    uppers_.push_back({upper.x, upper.y + bend(upper.x)});
  }
}

bool offset_bounds::narrow(const point& lower, const point& upper) {
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
// first one that does not agree.
void offset_bounds::fit() {
  rates_ = {-max_rate, max_rate};
  auto first = proofs_.size();
  while (first > 0) {
    auto known = rates_;
    auto& lower = lowers_[first - 1];
    auto& upper = uppers_[first - 1];
    auto agrees = narrow(lower, upper);
    for (auto i = first; i < proofs_.size() && agrees; ++i)
      agrees = narrow(lowers_[i], upper) && narrow(lower, uppers_[i]);
    if (!agrees) {
      rates_ = known;
      break;
    }
    --first;
  }
  agreeing_ = proofs_.size() - first;
}

double offset_bounds::proved_rate() const {
  auto rate = [](double rise, double dx) {
    if (rise <= 2 * rounding)
      return 0.0;
    return dx > 0 ? (rise - 2 * rounding) / dx : HUGE_VAL;
  };
  auto& lower = lowers_.back();
  auto& upper = uppers_.back();
  double result = 0;
  for (size_t i = 0; i + 1 < proofs_.size(); ++i) {
    auto& low = lowers_[i];
    auto& high = uppers_[i];
    auto rise = bend(high.x) - high.y + bend(lower.x) - lower.y;
    auto fall = bend(low.x) - low.y + bend(upper.x) - upper.y;
    result = std::max(
      {result, rate(rise, lower.x - high.x), rate(fall, upper.x - low.x)});
  }
  return result;
}

double offset_bounds::possible_rate(int64_t since_ns) const {
  auto& last = proofs_.back();
  auto first = std::find_if(proofs_.begin(), proofs_.end(),
                            [&](auto& x) { return x.answered_ns >= since_ns; });
  if (first == proofs_.end() || last.asked_ns <= first->answered_ns)
    return HUGE_VAL;
  auto most = std::max(last.most_ns - first->least_ns,
                       first->most_ns - last.least_ns);
  return static_cast<double>(most)
         / static_cast<double>(last.asked_ns - first->answered_ns);
}

offset_bounds::range offset_bounds::by_lines(double t) const {
  return {-roof(lowers_, {-rates_.most, -rates_.least}, t),
          roof(uppers_, rates_, t)};
}

offset_bounds::range offset_bounds::by_slew(double t, double rate) const {
  return {-slewed_roof(lowers_, rate, t), slewed_roof(uppers_, rate, t)};
}

// How high a line can be at `t` that is below all of `uppers`, and whose rate
// is one of `slopes`. For each rate the lowest one of the bounds counts;
// between a rate where that is one that rises with the rate and another where
// it falls, the highest place is no higher than where the two meet.
double offset_bounds::peak(const std::vector<point>& uppers, range slopes,
                           double t) {
  auto value = [&](const point& upper, double rate) {
    return upper.y + rate * (t - upper.x);
  };
  auto lowest = [&](double rate) {
    auto result = uppers.back();
    auto least = value(result, rate);
    for (auto& upper : uppers)
      if (auto y = value(upper, rate); y < least) {
        least = y;
        result = upper;
      }
    return result;
  };
  auto falling = lowest(slopes.most);
  if (falling.x <= t) // As for all that is after the newest exchange.
    return value(falling, slopes.most);
  auto rising = lowest(slopes.least);
  if (rising.x >= t)
    return value(rising, slopes.least);
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
double offset_bounds::roof(const std::vector<point>& uppers, range slopes,
                           double t) {
  auto result = peak(uppers, slopes, t) + bend(t);
  for (auto& upper : uppers) {
    auto most = upper.y - bend(upper.x) + max_rate * std::abs(t - upper.x)
                + rounding;
    if (most < result)
      result = most;
  }
  return result;
}

// The same bound of a clock that is slewed. Between two exchanges it is slewed
// one way.
double offset_bounds::slewed_roof(const std::vector<point>& uppers, double rate,
                                  double t) {
  auto value = [](const point& x) { return x.y - bend(x.x) + rounding; };
  auto newer = std::lower_bound(uppers.begin(), uppers.end(), t,
                                [](const point& x, double y) {
                                  return x.x < y;
                                });
  auto is_between = newer != uppers.begin() && newer != uppers.end();
  if (is_between)
    rate = fastest_slew;
  auto result = HUGE_VAL;
  for (auto& x : uppers)
    result = std::min(result, value(x) + rate * std::abs(t - x.x));
  if (!is_between)
    return result;
  auto& older = newer[-1];
  return std::min(result, std::max(value(older), value(*newer))
                            + max_rate * (newer->x - older.x));
}

} // namespace camnode
