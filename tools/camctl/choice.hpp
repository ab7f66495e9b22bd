#pragma once

#include "tools/camctl/node_link.hpp"

#include <caf/expected.hpp>

#include <vector>

namespace camctl {

/// Which of several nodes a command is for that names none: the only client,
/// or, where there is no client, the only server.
/// @param nodes At least one.
/// @param folders Where their sockets are, so that they can be named by id.
/// @returns `ec::unavailable` with one line that names them if there are
///          several.
caf::expected<answer> choose(std::vector<answer> nodes,
                             const folder_list& folders);

} // namespace camctl
