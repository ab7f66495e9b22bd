#pragma once

#include "actors/base/metrics_text.hpp"
#include "actors/observed/actor_directory.hpp"

#include <string>

namespace camnode {

/// Adds what every node says of itself: its version, its actors, its alarms,
/// its process.
void write_node(metrics_text& out, const std::string& role,
                const std::string& id, const actor_directory& directory,
                const alarm_board& alarms);

} // namespace camnode
