#pragma once

#include <string>

namespace camnode {

/// camnode's version, as announcements and manifests have it.
std::string version();

/// What `--version` prints: with the libraries built in, and those missing.
std::string version_text();

} // namespace camnode
