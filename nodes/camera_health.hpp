#pragma once

#include "actors/camera/camera.hpp"
#include "nodes/options.hpp"

#include <caf/timespan.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// How long the source of a server's camera may be silent.
/// @param fps Frames a second as asked for; above 0.
camera::patience patience_of(source_kind kind, double fps);

/// The rate to tell clients, in frames per 1000 s.
/// @param fps As asked for.
/// @returns 0 where nobody asked: programs and files have rates of their own,
///          and `fps` is known to be theirs only where it is not the default.
uint32_t announced_rate_mhz(source_kind kind, double fps);

/// What is wrong with a server's camera; empty if nothing is.
/// @param patience How old the newest frame may be.
/// @param now_ns On `capture_clock_ns`.
std::string trouble_of(const camera_board& board, caf::timespan patience,
                       int64_t now_ns);

} // namespace camnode
