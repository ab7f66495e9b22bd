#pragma once

#include "messages/node_report.hpp"

#include <string>
#include <vector>

namespace camctl {

// What a node answered, as text for people.

/// The node as a tree of actors, with the other parts below their owners.
std::string draw_tree(const camnode::node_report& x);

/// What `ps` and `top` can be sorted by, in the order of the columns.
const std::vector<std::string>& sort_keys();

/// The actors as a table. @pre `sort` is one of `sort_keys()`.
/// @param width Lines are cut to it; 0: not at all.
std::string draw_table(const camnode::node_report& x, const std::string& sort,
                       size_t width);

/// Everything about one actor, and what it owns.
std::string describe_actor(const camnode::node_report& x,
                           const camnode::actor_report& actor);

/// Everything about something that is no actor.
std::string describe_part(const camnode::part_report& x);

/// The servers that a client knows, as a table.
std::string draw_servers(const camnode::node_report& x);

} // namespace camctl
