#pragma once

#include "tools/camctl/verify/session_audit.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// One session, as its manifest and the folders tell: no film is read.
struct listed_session {
  session_audit audit; ///< Of names and sums alone.
  int64_t end_ms = 0;  ///< Of the session, or of what there is of it.
  uint64_t files = 0;  ///< On disk.
  uint64_t bytes = 0;  ///< Of these.

  /// `all there`, `losses, all named`, `damage`, `recording`, `unfinished`.
  std::string verdict;
};

/// The sessions of a data folder.
struct session_listing {
  std::vector<listed_session> sessions; ///< In the order of their starts.

  /// Manifests that cannot be read, each with the reason.
  std::vector<std::string> unreadable;
  uint64_t foreign = 0;       ///< Files that are no session's.
  std::optional<bool> in_use; ///< As in `data_audit`.
};

/// Lists what there is in a data folder, by its manifests and the names and
/// sizes of its files. Thousands of sessions take seconds.
/// @returns `ec::open_failed` if there is no such folder.
caf::expected<session_listing> list_sessions(const std::filesystem::path& dir);

/// For people: a line for each session.
std::string render_text(const session_listing& x);

/// For programs: JSON.
std::string render_json(const session_listing& x);

} // namespace camnode
