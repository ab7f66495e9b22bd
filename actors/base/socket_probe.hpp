#pragma once

#include <string>

namespace camnode {

/// Tries to connect to a Unix socket, without waiting.
/// @returns 0: somebody listens there. `EAGAIN`: somebody does, and many wait
/// to
///          come in. `ECONNREFUSED`: nobody does any more. Else why it cannot
///          be told, as `errno`.
int probe_socket(const std::string& path);

} // namespace camnode
