#pragma once

#include <string>
#include <string_view>

namespace camnode {

/// `x` fit to leave this machine: what is in front of the `@` of an address
/// (`rtsp://user:password@host`, `user:password@host`), and the value of what
/// is called a password or token (`token=...`), is `***`.
std::string without_credentials(std::string_view x);

} // namespace camnode
