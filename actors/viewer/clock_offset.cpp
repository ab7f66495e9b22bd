#include "actors/viewer/clock_offset.hpp"

#include <algorithm>
#include <cstdlib>

namespace camnode {

namespace {

/// Later than any clock that counts from a machine's start: 146 years. What
/// is below it can be added and subtracted without a thought.
constexpr int64_t latest_ns = int64_t{1} << 62;

} // namespace

void clock_offset::add(const clock_probe& x) {
  if (x.received_ns < 0 || x.sent_ns < x.received_ns || x.sent_ns > latest_ns)
    return;
  auto way = (x.answered_ns - x.asked_ns) - (x.sent_ns - x.received_ns);
  if (way < 0)
    return;
  // Halves first: the sum of two clocks' nanoseconds may not fit.
  auto there = x.asked_ns - x.received_ns;
  auto back = x.answered_ns - x.sent_ns;
  sample next{there / 2 + back / 2, way, x.asked_ns};
  if (auto known = at(x.answered_ns)) {
    auto apart = std::abs(next.offset_ns - known->offset_ns);
    if (apart > error_at(next, x.answered_ns) + known->error_ns)
      taken_ = 0;
  }
  samples_[taken_ % samples_.size()] = next;
  ++taken_;
}

std::optional<clock_estimate> clock_offset::at(int64_t now_ns) const {
  auto n = std::min<uint64_t>(taken_, samples_.size());
  if (n == 0)
    return std::nullopt;
  auto best = std::min_element(samples_.begin(), samples_.begin() + n,
                               [&](const sample& a, const sample& b) {
                                 return error_at(a, now_ns)
                                        < error_at(b, now_ns);
                               });
  return clock_estimate{best->offset_ns, error_at(*best, now_ns)};
}

int64_t clock_offset::error_at(const sample& x, int64_t now_ns) {
  auto age = std::max<int64_t>(0, now_ns - x.time_ns);
  // The last term is what the divisions and the clocks' steps may cut off.
  return x.way_ns / 2 + age / (1'000'000 / drift_ppm) + 4;
}

} // namespace camnode
