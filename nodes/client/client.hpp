#pragma once

#include "nodes/options/options.hpp"

namespace camnode {

/// Runs a client until a signal ends it. Call it on the main thread, which
/// draws the live window.
/// @returns The exit code of the process.
int run_client(const client_options& options);

} // namespace camnode
