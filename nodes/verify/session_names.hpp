#pragma once

#include "messages/session_info.hpp"

#include <filesystem>
#include <string>

namespace camnode {

/// Whether `wanted` names the session `x`: by its start, its label, or the name
/// of its manifest's file.
bool is_named(const std::string& wanted, const session_info& x,
              const std::filesystem::path& manifest);

/// "there is no session S in DIR", and which there are: the newest ones, by the
/// names of their manifests.
std::string no_such_session(const std::string& wanted,
                            const std::filesystem::path& dir);

} // namespace camnode
