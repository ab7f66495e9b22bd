#pragma once

#include "actors/observed/actor_probe.hpp"
#include "messages/node_report.hpp"
#include "nodes/inspection/growth_meter.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

// What of a node is counted, by the names of those whom it belongs to.

// No type of messages is called like these.

/// All messages of an actor.
constexpr const char* all_messages = "(all)";

/// How long an actor has been in handlers, the present one included.
constexpr const char* work_us = "(work in us)";

/// The messages of each actor, by their types, and what is named above.
/// @param now_ns `client_clock_ns`.
std::map<std::string, counted>
counts_of(const std::vector<actor_figures>& actors, int64_t now_ns);

/// What passes the parts of a node (`figure::passing`).
std::map<std::string, counted> counts_of(const std::vector<part_report>& parts);

} // namespace camnode
