#pragma once

#include "nodes/options/options.hpp"

namespace camnode {

/// Runs a server until a signal ends it.
/// @returns The exit code of the process.
int run_server(const server_options& options);

} // namespace camnode
