#pragma once

#include <string>
#include <string_view>

namespace camnode {

// Where things are, as users write it: hosts and paths, and what they meant
// where it is neither.

/// Whether `x` can be a host: an IP address (IPv6 with a zone, too), or a name
/// of letters, digits and `. - _`. No port, no `mqtt://`, no brackets.
bool is_host(std::string_view x);

/// What was meant by `text`, where it has a host and a port, or a URL, and
/// `option` (`mqtt.host`) wants the host alone.
/// @returns An end for the error, or an empty string where nobody can tell.
std::string host_meant(const std::string& option, const std::string& text);

/// Whether `x` is a path as the system takes it: nothing in it that only a
/// shell replaces or takes away (`~`, `$HOME`, quotes), no URL, no blanks at
/// its ends.
bool is_path(std::string_view x);

/// What was meant by `text`, which is no such path.
/// @returns An end for the error, or an empty string where nobody can tell.
std::string path_meant(const std::string& option, const std::string& text);

} // namespace camnode
