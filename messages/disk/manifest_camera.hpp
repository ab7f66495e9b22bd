#pragma once

#include "messages/disk/json_fields.hpp"
#include "messages/disk/manifest.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace camnode {

/// Times below this, in nanoseconds, can be added without a thought.
constexpr int64_t latest_ns = int64_t{1} << 62;

/// The entry of a camera in a manifest.
/// @param session Whose clock the times in it are on.
nlohmann::ordered_json to_json(const manifest_camera& x,
                               const session_info& session);

/// Reads what `to_json` made.
/// @throws malformed
manifest_camera read_camera(const std::string& id, const session_info& session,
                            const json_fields& x);

} // namespace camnode
