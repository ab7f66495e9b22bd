#pragma once

#include "messages/disk/manifest.hpp"

#include <caf/expected.hpp>

#include <filesystem>
#include <string>

namespace camnode {

/// A session of a data folder, by its manifest.
struct chosen_session {
  manifest books;
  std::string file; ///< Of its manifest, below `data.dir`.
  std::string note; ///< A line on others of that name; empty: there are none.
};

/// Finds a session by its start, its label, or its manifest's name.
/// @returns `ec::open_failed` if there is no such folder or session, or its
///          manifest cannot be read.
caf::expected<chosen_session> find_session(const std::filesystem::path& dir,
                                           const std::string& wanted);

} // namespace camnode
