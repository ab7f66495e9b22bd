#pragma once

#include "messages/server_info.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <string>
#include <string_view>

namespace camnode {

/// Encodes what a server publishes about itself, as one line of JSON.
/// `x.legacy` has no place in it, as legacy servers do not announce.
std::string write_announcement(const server_info& x);

/// Decodes an announcement. The keys id, ip, port, state and epoch must be
/// there; width, height, fps, version, camera and tls may be missing; others
/// are ignored.
/// @param topic Where it came from; its last level must be the server's id.
/// @param payload At most 256 KiB of JSON; borrowed for the call.
/// @returns The server with `ip` in its usual spelling and `legacy` false, or
///          `ec::bad_message` with a reason in one line.
caf::expected<server_info> parse_announcement(std::string_view topic,
                                              std::string_view payload);

} // namespace camnode
