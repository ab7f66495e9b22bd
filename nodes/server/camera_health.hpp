#pragma once

#include "actors/camera/camera.hpp"
#include "nodes/options/options.hpp"

#include <caf/timespan.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// How long the source of a server's camera may be silent.
/// @param fps Frames a second as asked for; above 0.
camera::patience patience_of(source_kind kind, double fps);

/// The books of a server's camera, before its first frame. What a program
/// delivers is not known, whatever was asked for.
/// @param fps Frames a second as asked for; above 0.
camera_board_ptr board_of(source_kind kind, double fps, uint64_t epoch);

/// The rate to tell clients, in frames per 1000 s. Programs and files have
/// rates of their own: theirs is what was measured, and until then `fps`, if
/// that is not the default.
/// @param fps As asked for.
/// @returns 0 while nobody knows.
uint32_t announced_rate_mhz(source_kind kind, double fps,
                            const camera_board& board);

/// What is wrong with a server's camera; empty if nothing is.
/// @param patience How old the newest frame may be; or `camera::as_shown`.
/// @param now_ns On `capture_clock_ns`.
std::string trouble_of(const camera_board& board, caf::timespan patience,
                       int64_t now_ns);

} // namespace camnode
