#pragma once

#include "tools/camctl/command.hpp"

namespace camctl {

/// `camctl export DIR...`: makes films and tables of a session.
int run_export(const std::vector<std::string>& arguments);

/// Checks the folder of an export, and says on stdout what was found.
/// @returns The exit code.
int check_export(const std::string& dir, bool as_json);

} // namespace camctl
