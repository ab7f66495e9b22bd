#pragma once

#include "actors/shared/actor_directory.hpp"
#include "actors/shared/metrics_text.hpp"

#include <string>

namespace camnode {

/// Adds what every node says of itself: its version, its actors, its process.
void write_node(metrics_text& out, const std::string& role,
                const std::string& id, const actor_directory& directory);

} // namespace camnode
