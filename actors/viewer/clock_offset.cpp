#include "actors/viewer/clock_offset.hpp"

#include <algorithm>
#include <cmath>

namespace camnode {

namespace {

/// Later than any clock that counts from a machine's start: 146 years. What
/// is below it can be added and subtracted without a thought.
constexpr int64_t latest_ns = int64_t{1} << 62;

constexpr double max_rate = max_drift_ppm * 1e-6;

/// By how much a rate changes, per ns.
constexpr double max_wander = max_wander_ppb_per_s * 1e-18;

/// What the clocks' steps and all rounding can make.
constexpr int64_t rounding_ns = 3;
constexpr double rounding = rounding_ns;

/// How far a line that is right at the origin is off at a time `dx` away.
double bend(double dx) {
  return max_wander * dx * dx / 2 + rounding;
}

/// Linux lets no clock run faster or slower by more than this: what moves
/// faster, has stepped.
constexpr double fastest_slew = 0.1;

/// No slewed clock is believed to be any better, as 500 ppm is what adjtime(3)
/// does, and 500 ppm what a crystal's rate may be corrected by.
constexpr double least_slew = 1000e-6;

/// How long a slew may be the fastest one, until exchanges tell more.
constexpr int64_t slew_unknown_ns = 1'000'000'000;

/// Within which a rate that was proved counts, less and less.
constexpr double slew_fades_ns = 5e9;

/// A line is believed again once the exchanges of `calm_span_ns` have agreed on
/// one for `calm_ns`: that of a slew which fades bends less than they can show.
constexpr int64_t calm_span_ns = 10'000'000'000;
constexpr int64_t calm_ns = 15'000'000'000;

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
  if (!samples_.empty()
      && (x.answered_ns < samples_.back().answered_ns
          || x.asked_ns < samples_.back().asked_ns))
    return verdict::refused;
  auto before = at(x.answered_ns);
  if (samples_.size() == window)
    samples_.erase(samples_.begin());
  samples_.push_back({x.asked_ns, x.asked_ns - x.received_ns, x.answered_ns,
                      x.answered_ns - x.sent_ns});
  place();
  auto agreeing = fit();
  if (agreeing == samples_.size() && !slewed_ns_)
    return verdict::taken;
  if (proved_rate() > fastest_slew) {
    step_from(*before, agreeing);
    return verdict::restarted;
  }
  auto is_new = !slewed_ns_;
  if (is_new) {
    slewed_ns_ = unrest_ns_ = followed_ns_ = origin_ns_;
    slew_proved_ = 0;
  }
  follow_slew(agreeing);
  return is_new ? verdict::restarted : verdict::taken;
}

// Another clock: nothing that is older tells anything about it.
void clock_offset::step_from(const clock_estimate& before, size_t agreeing) {
  keep(agreeing);
  slewed_ns_.reset();
  last_stamp_ns_ = latest_ns;
  auto now = at(origin_ns_);
  step_ += std::abs(static_cast<double>(now->offset_ns)
                    - static_cast<double>(before.offset_ns))
           + static_cast<double>(before.error_ns);
  stepped_ns_ = samples_.front().asked_ns;
}

void clock_offset::follow_slew(size_t agreeing) {
  auto since = static_cast<double>(origin_ns_ - followed_ns_);
  auto faded = slew_proved_ * std::max(0.0, 1 - since / slew_fades_ns);
  slew_proved_ = std::max(faded, proved_rate());
  followed_ns_ = origin_ns_;
  slew_rate_ = origin_ns_ - *slewed_ns_ < slew_unknown_ns
                 ? fastest_slew
                 : std::clamp(2 * slew_proved_, least_slew, fastest_slew);
  if (span_of(agreeing) < calm_span_ns)
    unrest_ns_ = origin_ns_;
  if (origin_ns_ - unrest_ns_ < calm_ns)
    return;
  keep(agreeing);
  slewed_ns_.reset();
}

// The greatest rate at which the offset has moved between an older exchange and
// the newest one, at the least.
double clock_offset::proved_rate() const {
  auto rate = [](double rise, double dx) {
    if (rise <= 2 * rounding)
      return 0.0;
    return dx > 0 ? (rise - 2 * rounding) / dx : HUGE_VAL;
  };
  auto& lower = lowers_.back();
  auto& upper = uppers_.back();
  double result = 0;
  for (size_t i = 0; i + 1 < samples_.size(); ++i) {
    auto& low = lowers_[i];
    auto& high = uppers_[i];
    auto rise = bend(high.x) - high.y + bend(lower.x) - lower.y;
    auto fall = bend(low.x) - low.y + bend(upper.x) - upper.y;
    result = std::max(
      {result, rate(rise, lower.x - high.x), rate(fall, upper.x - low.x)});
  }
  return result;
}

// How long the newest exchanges took together.
int64_t clock_offset::span_of(size_t newest) const {
  return origin_ns_ - samples_[samples_.size() - newest].asked_ns;
}

void clock_offset::keep(size_t newest) {
  auto n = static_cast<std::ptrdiff_t>(newest);
  samples_.erase(samples_.begin(), samples_.end() - n);
  lowers_.erase(lowers_.begin(), lowers_.end() - n);
  uppers_.erase(uppers_.begin(), uppers_.end() - n);
}

void clock_offset::forget() {
  samples_.clear();
  slewed_ns_.reset();
  stepped_ns_ = 0;
  step_ = 0;
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
    auto result = uppers.back();
    auto least = value(result, rate);
    for (auto& upper : uppers)
      if (auto y = upper.y + rate * (t - upper.x); y < least) {
        least = y;
        result = upper;
      }
    return result;
  };
  auto falling = lowest(x.most);
  if (falling.x <= t) // As for all that is behind the newest exchange.
    return value(falling, x.most);
  auto rising = lowest(x.least);
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
  for (auto& upper : uppers) {
    auto most = upper.y - bend(upper.x) + max_rate * std::abs(t - upper.x)
                + rounding;
    if (most < result)
      result = most;
  }
  return result;
}

// Likewise, of a clock that is slewed. Between two exchanges it is slewed one
// way.
double clock_offset::slewed_roof(const std::vector<point>& uppers,
                                 double t) const {
  auto value = [](const point& x) { return x.y - bend(x.x) + rounding; };
  auto newer = std::lower_bound(uppers.begin(), uppers.end(), t,
                                [](const point& x, double y) {
                                  return x.x < y;
                                });
  auto is_between = newer != uppers.begin() && newer != uppers.end();
  auto rate = is_between ? fastest_slew : slew_rate_;
  auto result = HUGE_VAL;
  for (auto& x : uppers)
    result = std::min(result, value(x) + rate * std::abs(t - x.x));
  if (!is_between)
    return result;
  auto& older = newer[-1];
  return std::min(result, std::max(value(older), value(*newer))
                            + max_rate * (newer->x - older.x));
}

std::optional<clock_estimate> clock_offset::at(int64_t client_ns) const {
  if (samples_.empty())
    return std::nullopt;
  auto t = static_cast<double>(client_ns - origin_ns_);
  auto most = slewed_ns_ ? slewed_roof(uppers_, t) : roof(uppers_, rates_, t);
  auto least = slewed_ns_ ? -slewed_roof(lowers_, t)
                          : -roof(lowers_, {-rates_.most, -rates_.least}, t);
  auto half = std::max((most - least) / 2, 0.0);
  if (client_ns < stepped_ns_)
    half += step_;
  return clock_estimate{origin_offset_ns_ + std::llround((most + least) / 2),
                        std::llround(std::ceil(half)) + 1};
}

// As of the instant of the stamp, which the offset of now leads close to.
std::optional<clock_estimate> clock_offset::at_stamp(int64_t server_ns,
                                                     int64_t now_ns) const {
  auto result = at(now_ns);
  if (!result)
    return std::nullopt;
  auto rate = slewed_ns_ ? fastest_slew : max_rate;
  int64_t moved = rounding_ns;
  for (int i = 0; i < 3 && moved >= rounding_ns; ++i) {
    auto client_ns = server_ns + result->offset_ns;
    result = at(client_ns);
    moved = std::abs(server_ns + result->offset_ns - client_ns);
    auto error = static_cast<double>(result->error_ns)
                 + rate * static_cast<double>(moved);
    result->error_ns = std::llround(std::ceil(error / (1 - rate)));
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
  return clock_drift{
    std::llround((rates_.most + rates_.least) / 2 * 1e9),
    std::llround((slewed_ns_ ? slew_rate_ : (rates_.most - rates_.least) / 2)
                 * 1e9)};
}

} // namespace camnode
