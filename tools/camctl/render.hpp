#pragma once

#include "messages/node_report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace camctl {

// What a node answered, as text for people. Nothing in it is believed: control
// characters are replaced.

/// `3 h 12 min`, `5.2 s`, `340 ms`, `12 us`.
std::string duration_text(int64_t ns);

/// `12.3` for 12300 in 1000 s.
std::string rate_text(uint64_t per_1000_s);

/// One line: role, id, version, process and uptime.
std::string headline(const camnode::node_report& x, const std::string& at);

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

/// What of an actor wants attention; empty if nothing does.
std::string trouble_of(const camnode::actor_report& x);

/// `text` without what a terminal would take for a command.
std::string printable(const std::string& text);

} // namespace camctl
