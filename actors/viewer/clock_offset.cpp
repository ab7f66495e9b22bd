#include "actors/viewer/clock_offset.hpp"

#include <algorithm>
#include <cstdlib>

namespace camnode {

void clock_offset::add(const clock_probe& x) {
  auto way = (x.answered_ns - x.asked_ns) - (x.sent_ns - x.received_ns);
  if (way < 0 || x.sent_ns < x.received_ns)
    return;
  // Halves first: the sum of two clocks' nanoseconds may not fit.
  auto there = x.asked_ns - x.received_ns;
  auto back = x.answered_ns - x.sent_ns;
  sample next{there / 2 + back / 2, way, x.answered_ns};
  if (auto known = at(x.answered_ns)) {
    auto apart = std::abs(next.offset_ns - known->offset_ns);
    if (apart > next.way_ns / 2 + known->error_ns)
      taken_ = 0;
  }
  samples_[taken_ % samples_.size()] = next;
  ++taken_;
}

std::optional<clock_estimate> clock_offset::at(int64_t now_ns) const {
  auto n = std::min<uint64_t>(taken_, samples_.size());
  if (n == 0)
    return std::nullopt;
  auto error = [&](const sample& x) {
    auto age = std::max<int64_t>(0, now_ns - x.time_ns);
    return x.way_ns / 2 + age / 1'000'000 * drift_ppm + 1;
  };
  auto best = std::min_element(samples_.begin(), samples_.begin() + n,
                               [&](const sample& a, const sample& b) {
                                 return error(a) < error(b);
                               });
  return clock_estimate{best->offset_ns, error(*best)};
}

} // namespace camnode
