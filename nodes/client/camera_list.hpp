#pragma once

#include "actors/shared/fleet.hpp"
#include "messages/session_info.hpp"

#include <cstdint>
#include <string>

namespace camnode {

/// The cameras that a client knows (JSON, messages/wire/API.md). Any thread.
/// @param now_ns `client_clock_ns`.
std::string render_cameras(const fleet& cameras, const session_info& session,
                           int64_t now_ns);

} // namespace camnode
