#pragma once

#include "actors/shared/fleet.hpp"
#include "messages/session_info.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// What a camera does, as `camera_truth` tells; `gone` if it was ended by
/// somebody and has no part in the session.
std::string camera_state(const fleet_member& x, const session_info& session,
                         int64_t now_ns);

/// Whether `x` is one of the session's cameras: all are that were not gone when
/// it began, or came while it was on.
bool takes_part(const fleet_member& x, const session_info& session);

/// Why no frame of `x` comes; empty while they come, or nothing is known.
std::string why_no_frame(const fleet_member& x);

/// The same, with the address that gives none.
std::string why_away(const fleet_member& x);

/// Since when a camera is away, in words, with the reason where there is one:
/// `since 14:03:07.250: cannot connect`.
/// @param utc_ns The time now, `now_ns` on the client's clock.
std::string away_text(const fleet_member& x, int64_t utc_ns, int64_t now_ns);

/// What is wrong with an open session that has no camera; empty if it has one,
/// or there is no open session.
std::string why_no_camera(const std::vector<fleet_member>& xs,
                          const session_info& session);

} // namespace camnode
