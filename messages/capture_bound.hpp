#pragma once

#include <algorithm>
#include <cstdint>

namespace camnode {

/// The most frames that any camera captures in `ns`: 1000 a second, the most
/// that `camera.fps` allows, and those of 10 s besides, as times of arrival
/// tell only roughly when frames were captured. Numbers that go up faster are
/// wrong, or those of another run.
constexpr uint64_t most_captured(int64_t ns) {
  constexpr uint64_t at_once = 10'000;
  constexpr int64_t least_period_ns = 1'000'000;
  return at_once
         + static_cast<uint64_t>(std::max<int64_t>(ns, 0) / least_period_ns);
}

} // namespace camnode
