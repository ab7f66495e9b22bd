#pragma once

#include "actors/shared/viewer_board.hpp"

#include <cstdint>

namespace camnode {

/// Two crystals of 100 ppm, and something for what corrects their rates.
constexpr int64_t max_drift_ppm = 300;

/// By how much a rate changes: 0.02 ppm per s. A room that warms by 2 degrees
/// a minute changes a bare crystal by half of that.
constexpr int64_t max_wander_ppb_per_s = 20;

/// What is known of a server's clock some time after the newest look at it: the
/// offset has drifted on, and may be off by what its drift may be off by, or by
/// `max_drift_ppm` where no drift is known.
/// @param now_ns `client_clock_ns`.
/// @returns `x.clock` where nobody knows when it was found.
clock_estimate clock_at(const viewer_figures& x, int64_t now_ns);

} // namespace camnode
