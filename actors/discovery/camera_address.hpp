#pragma once

#include <string>
#include <vector>

namespace camnode {

/// Whether `ip` is an address of this machine alone. IPv4 addresses may be
/// written as IPv6 ones.
bool is_loopback_address(const std::string& ip);

/// Why no camera can be reached at an address, for the end of "that is ...";
/// empty if one may be. Sends nothing.
/// @param ip Out of `canonical_ip`.
/// @param broker The addresses of the broker. Loopback and link-local IPv4
///        addresses mean something where the broker has such a one, too.
/// @param broadcasts The broadcast addresses of the networks here.
std::string why_no_camera_at(const std::string& ip,
                             const std::vector<std::string>& broker,
                             const std::vector<std::string>& broadcasts);

} // namespace camnode
