#pragma once

#include "messages/node_report.hpp"

#include <string>

namespace camctl {

// What a node answered, as JSON in one line. Times are in ns, rates in messages
// a second.

/// The whole report.
std::string tree_json(const camnode::node_report& x, const std::string& at);

/// The node and its actors.
std::string actors_json(const camnode::node_report& x, const std::string& at);

/// The node, one of its actors, and the parts that it owns.
std::string actor_json(const camnode::node_report& x, const std::string& at,
                       const camnode::actor_report& actor);

/// The node and one of its parts.
std::string part_json(const camnode::node_report& x, const std::string& at,
                      const camnode::part_report& part);

/// The node and the servers that it knows.
std::string servers_json(const camnode::node_report& x, const std::string& at);

} // namespace camctl
