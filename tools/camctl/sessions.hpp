#pragma once

#include <string>
#include <vector>

namespace camctl {

/// `camctl sessions`: what there is in a data folder.
/// @param given What stands after the command.
/// @returns The exit code of the program.
int run_sessions(const std::vector<std::string>& given);

} // namespace camctl
