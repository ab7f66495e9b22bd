#pragma once

#include <string>

namespace camnode {

/// camnode's version, as announcements and manifests have it.
std::string version();

} // namespace camnode
