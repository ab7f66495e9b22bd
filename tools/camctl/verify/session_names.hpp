#pragma once

#include "messages/session_info.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// Whether `wanted` names the session `x`: by its start, its label, or the name
/// of its manifest's file.
bool is_named(const std::string& wanted, const session_info& x,
              const std::filesystem::path& manifest);

/// One of the sessions that a name may mean.
struct session_candidate {
  session_info session;
  std::filesystem::path manifest;
};

/// What a name means.
struct session_choice {
  std::optional<size_t> meant; ///< Its place among the candidates.

  /// One line on the others of that name; empty: there are none.
  std::string others;
};

/// Of several sessions with the label `wanted`, the latest is meant.
session_choice choose_session(const std::string& wanted,
                              const std::vector<session_candidate>& all);

/// "there is no session S in DIR", and which there are: the newest ones, by the
/// names of their manifests.
std::string no_such_session(const std::string& wanted,
                            const std::filesystem::path& dir);

} // namespace camnode
