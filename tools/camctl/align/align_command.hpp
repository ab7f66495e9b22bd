#pragma once

#include "tools/camctl/command.hpp"

namespace camctl {

/// `camctl align DIR`: puts frames and readings of a session side by side.
int run_align(const std::vector<std::string>& arguments);

} // namespace camctl
