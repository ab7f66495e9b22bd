#include "actors/viewer/clock_offset.hpp"

#include <algorithm>
#include <cmath>

namespace camnode {

namespace {

/// Later than any clock that counts from a machine's start: 146 years. What
/// is below it can be added and subtracted without a thought.
constexpr int64_t latest_ns = int64_t{1} << 62;

/// Steps towards the time of a stamp end once they are shorter than this.
constexpr int64_t near_ns = 3;

/// No slewed clock is believed to be any better, as 500 ppm is what adjtime(3)
/// does, and 500 ppm what a crystal's rate may be corrected by.
constexpr double least_slew = 1000e-6;

/// How long a slew may be the fastest one, until exchanges tell more.
constexpr int64_t slew_unknown_ns = 1'000'000'000;

/// How far back the average of a slew's rate goes.
constexpr int64_t slew_recent_ns = 2'000'000'000;

/// Within which a rate that was proved counts, less and less.
constexpr double slew_fades_ns = 5e9;

/// A line is believed again once the exchanges of `calm_span_ns` have agreed on
/// one for `calm_ns`: that of a slew which fades bends less than they can show.
constexpr int64_t calm_span_ns = 10'000'000'000;
constexpr int64_t calm_ns = 15'000'000'000;

} // namespace

clock_offset::verdict clock_offset::add(const clock_probe& x) {
  if (x.received_ns < 0 || x.sent_ns < x.received_ns || x.sent_ns > latest_ns
      || x.asked_ns < 0 || x.answered_ns > latest_ns)
    return verdict::refused;
  if (x.answered_ns - x.asked_ns < x.sent_ns - x.received_ns)
    return verdict::refused;
  // Another clock's answers, or out of order: nothing to fit a line to.
  if (bounds_.size() > 0
      && (x.answered_ns < bounds_.newest().answered_ns
          || x.asked_ns < bounds_.newest().asked_ns))
    return verdict::refused;
  auto before = at(x.answered_ns);
  bounds_.add({x.asked_ns, x.asked_ns - x.received_ns, x.answered_ns,
               x.answered_ns - x.sent_ns});
  if (bounds_.agreeing() == bounds_.size() && !slewed_ns_)
    return verdict::taken;
  if (bounds_.proved_rate() > offset_bounds::fastest_slew) {
    step_from(*before);
    return verdict::restarted;
  }
  auto is_new = !slewed_ns_;
  if (is_new) {
    slewed_ns_ = unrest_ns_ = followed_ns_ = x.answered_ns;
    slew_proved_ = 0;
  }
  follow_slew(x.answered_ns);
  return is_new ? verdict::restarted : verdict::taken;
}

// Another clock: nothing that is older tells anything about it.
void clock_offset::step_from(const clock_estimate& before) {
  bounds_.keep(bounds_.agreeing());
  slewed_ns_.reset();
  last_stamp_ns_ = latest_ns;
  auto now = at(bounds_.newest().answered_ns);
  step_ += std::abs(static_cast<double>(now->offset_ns)
                    - static_cast<double>(before.offset_ns))
           + static_cast<double>(before.error_ns);
  stepped_ns_ = bounds_.oldest_of(bounds_.size()).asked_ns;
}

void clock_offset::follow_slew(int64_t now_ns) {
  auto since = static_cast<double>(now_ns - followed_ns_);
  auto faded = slew_proved_ * std::max(0.0, 1 - since / slew_fades_ns);
  slew_proved_ = std::max(faded, bounds_.proved_rate());
  followed_ns_ = now_ns;
  auto fastest = offset_bounds::fastest_slew;
  auto possible = now_ns - *slewed_ns_ < slew_unknown_ns
                    ? fastest
                    : bounds_.possible_rate(
                      std::max(*slewed_ns_, now_ns - slew_recent_ns));
  slew_rate_ = std::clamp(std::max(2 * slew_proved_, possible), least_slew,
                          fastest);
  auto agreeing = bounds_.agreeing();
  if (now_ns - bounds_.oldest_of(agreeing).asked_ns < calm_span_ns)
    unrest_ns_ = now_ns;
  if (now_ns - unrest_ns_ < calm_ns)
    return;
  bounds_.keep(agreeing);
  slewed_ns_.reset();
}

void clock_offset::forget() {
  bounds_.clear();
  slewed_ns_.reset();
  stepped_ns_ = 0;
  step_ = 0;
  last_stamp_ns_ = latest_ns;
}

std::optional<clock_estimate> clock_offset::at(int64_t client_ns) const {
  if (bounds_.size() == 0)
    return std::nullopt;
  auto t = static_cast<double>(client_ns - bounds_.newest().answered_ns);
  auto x = slewed_ns_ ? bounds_.by_slew(t, slew_rate_) : bounds_.by_lines(t);
  auto half = std::max((x.most - x.least) / 2, 0.0);
  if (client_ns < stepped_ns_)
    half += step_;
  auto middle = std::llround((x.most + x.least) / 2);
  return clock_estimate{bounds_.origin_offset_ns() + middle,
                        std::llround(std::ceil(half)) + 1};
}

// As of the instant of the stamp, which the offset of now leads close to.
std::optional<clock_estimate> clock_offset::at_stamp(int64_t server_ns,
                                                     int64_t now_ns) const {
  auto result = at(now_ns);
  if (!result)
    return std::nullopt;
  auto rate = slewed_ns_ ? offset_bounds::fastest_slew
                         : offset_bounds::max_rate;
  int64_t moved = near_ns;
  for (int i = 0; i < 3 && moved >= near_ns; ++i) {
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
  if (bounds_.size() == 0)
    return std::nullopt;
  auto& rates = bounds_.rates();
  auto error = slewed_ns_ ? slew_rate_ : (rates.most - rates.least) / 2;
  return clock_drift{std::llround((rates.most + rates.least) / 2 * 1e9),
                     std::llround(error * 1e9)};
}

} // namespace camnode
