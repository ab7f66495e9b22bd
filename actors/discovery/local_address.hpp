#pragma once

#include <cstdint>
#include <string>

namespace camnode {

/// The IP address of this machine's interface towards `host`. Sends nothing.
/// May block on name resolution.
/// @returns Empty if there is no way there.
std::string local_address_towards(const std::string& host, uint16_t port);

} // namespace camnode
