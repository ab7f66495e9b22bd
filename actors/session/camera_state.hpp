#pragma once

#include "actors/shared/fleet.hpp"
#include "messages/session_info.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// A camera of a client as of one look, so that its figures fit each other.
struct camera_look {
  camera_look(fleet_member x)
    : member(std::move(x)),
      viewer(member.board->look()),
      books(member.ledger->look()) {
  }

  fleet_member member;
  viewer_figures viewer;
  ledger_figures books; ///< Of the newest session that its recorder came to.
};

/// What a camera does, as `camera_truth` tells; `gone` if it was ended by
/// somebody and has no part in the session.
std::string camera_state(const camera_look& x, const session_info& session,
                         int64_t now_ns);

/// Whether `x` is one of the session's cameras: all are that were not gone when
/// it began, or came while it was on.
bool takes_part(const camera_look& x, const session_info& session);

/// When the camera was away in the session.
std::vector<absence> absences_in(const camera_look& x,
                                 const session_info& session, int64_t now_ns);

/// Why no frame of `x` comes; empty while they come, or nothing is known.
std::string why_no_frame(const camera_look& x);

/// The same, with the address that gives none.
std::string why_away(const camera_look& x);

/// Since when a camera is away, in words, with the reason where there is one:
/// `since 14:03:07.250: cannot connect`.
/// @param utc_ns The time now, `now_ns` on the client's clock.
std::string away_text(const camera_look& x, int64_t utc_ns, int64_t now_ns);

/// What is wrong with an open session that has no camera; empty if it has one,
/// or there is no open session.
std::string why_no_camera(const std::vector<camera_look>& xs,
                          const session_info& session);

} // namespace camnode
