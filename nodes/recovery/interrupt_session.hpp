#pragma once

#include "nodes/recovery/session_rebuilder.hpp"

#include <string>

namespace camnode {

/// Closes a session that cannot go on, in its manifest: `interrupted`, with the
/// books that its files tell. Says so in the log; blocks on the disk.
void interrupt_session(const unfinished_session& x,
                       const session_rebuilder& rebuilder,
                       const std::string& why);

} // namespace camnode
