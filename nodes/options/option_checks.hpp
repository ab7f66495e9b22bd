#pragma once

#include "nodes/options/options.hpp"

#include <string>

namespace camnode {

// What options demand of each other, and of the files that they name.

/// @returns What is wrong, in one line that says what is wanted; empty if
///          nothing is.
std::string why_contradictory(const server_options& x);
std::string why_contradictory(const client_options& x);

} // namespace camnode
