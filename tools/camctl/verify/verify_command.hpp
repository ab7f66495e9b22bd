#pragma once

#include "tools/camctl/command.hpp"

namespace camctl {

/// `camctl verify DIR`: checks a data folder.
int run_verify(const std::vector<std::string>& arguments);

} // namespace camctl
