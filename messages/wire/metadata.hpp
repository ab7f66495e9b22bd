#pragma once

#include <caf/expected.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

namespace camnode {

constexpr size_t max_metadata_keys = 64;
constexpr size_t max_metadata_bytes = size_t{16} << 10; ///< As JSON.

/// Checks what somebody wants a session to be remembered with: a JSON object of
/// texts, numbers, true and false, 64 keys and 16 KiB at most.
/// @returns It as one line of JSON, empty for an empty object; or
///          `ec::bad_message` with a reason in one line.
caf::expected<std::string> read_metadata(const nlohmann::json& x);

} // namespace camnode
