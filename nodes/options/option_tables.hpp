#pragma once

#include "nodes/options/option.hpp"
#include "nodes/options/options.hpp"

namespace camnode {

// The options of a role by groups, each in the order of `--help`. They are
// stored in the struct, which must outlive the table.

/// What both roles have.
option_table common_table(node_options& node, mqtt_options& mqtt,
                          log_options& log, introspect_options& introspect);

/// What only servers have.
option_table own_table(server_options& x);

/// What only clients have.
option_table own_table(client_options& x);

/// All options of a role.
option_table table_of(server_options& x);
option_table table_of(client_options& x);

} // namespace camnode
