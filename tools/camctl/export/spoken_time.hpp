#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace camnode {

/// An instant as people say it.
struct spoken_time {
  bool after_start = false; ///< `ns` is since the session's start, else UTC.
  int64_t ns = 0;
};

/// Reads seconds after the start (`12.5`), UTC (`2026-11-30T13:03:07.250Z`), or
/// UTC in ns as tables have it.
/// @returns Nothing for any other text.
std::optional<spoken_time> parse_time(const std::string& text);

} // namespace camnode
