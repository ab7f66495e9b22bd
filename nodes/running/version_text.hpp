#pragma once

#include <string>

namespace camnode {

/// What `camnode --version` prints: with the libraries built in, and those
/// missing. Apart from `version`, which needs none of these libraries.
std::string version_text();

} // namespace camnode
