#pragma once

#include "actors/shared/viewer_board.hpp"
#include "messages/server_info.hpp"

#include <cstdint>

namespace camnode {

/// The frames after a rest are on disk by then, as any others.
constexpr int64_t made_durable_ns = 1'200'000'000;

/// How long the silence of a camera may have been, if that is what it does: by
/// what it has shown here, or what its server says, or a generous default. No
/// longer than it really is: frames that came and are not where they should be
/// are no silence. Nothing for a camera that is not connected, or in trouble.
/// @param now_ns On `client_clock_ns`.
int64_t expected_pause_ns(const server_info& server, const viewer_figures& x,
                          int64_t now_ns);

/// Frames in 1000 s: as the server says, or as measured here; 0 if unknown.
inline uint32_t known_rate_mhz(const server_info& server,
                               const viewer_figures& x) {
  return server.rate_mhz != 0 ? server.rate_mhz : x.rate_mhz;
}

} // namespace camnode
