#pragma once

#include "messages/node_report.hpp"
#include "messages/when.hpp"

#include <cstdint>
#include <string>

namespace camctl {

// How names and numbers are put. Nothing that a node answered is believed:
// control characters are replaced.

/// `text` without what a terminal would take for a command.
std::string printable(const std::string& text);

/// The same, but for the ends of lines.
std::string printable_lines(const std::string& text);

using camnode::duration_text;

/// `12.3` for 12300 in 1000 s.
std::string rate_text(uint64_t per_1000_s);

/// @param pattern Of `printf`, for one `double`.
std::string format(const char* pattern, double x);

/// A figure without its unit, which its value has: `_ns` is a duration,
/// `_per_1000_s` a rate.
std::string name_text(const camnode::figure& x);
std::string value_text(const camnode::figure& x);

/// Role, id, version, process and uptime; no end of line.
std::string headline(const camnode::node_report& x, const std::string& at);

} // namespace camctl
