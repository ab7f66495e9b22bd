#pragma once

#include "messages/disk/data_folder.hpp"
#include "messages/disk/file_owners.hpp"
#include "messages/disk/manifest.hpp"
#include "nodes/recovery/session_head.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace camnode {

/// One session that was not completed.
struct open_session {
  std::filesystem::path path; ///< Of its manifest.
  manifest books;

  /// Where it was stopped, or the next session began, UTC ms.
  int64_t end_ms = 0;
  bool newest = true; ///< None has begun since.

  /// Of others that are open, too, and start later by UTC.
  struct span {
    int64_t start_ms = 0;
    int64_t stop_ms = 0; ///< 0: it has none.
  };
  std::vector<span> later;

  std::set<file_key> ours;   ///< What it lists.
  std::set<file_key> others; ///< What others list that its times would take.

  /// Whether a file is its own: what a manifest lists is its session's; the
  /// rest goes by its time, to the last session that starts before it where
  /// those of several overlap as UTC was set back. Nothing that is open is
  /// anybody's.
  bool owns(const std::string& folder, const listed_piece& x) const;

  /// What its manifest knows of a camera; nothing but `id` if it has none.
  server_info server(const std::string& id) const;

  /// By actor, as they are named in the directory.
  std::map<std::string, uint32_t> restarts() const;
};

/// Finds the open sessions, in the order of their starts. A manifest that
/// cannot be read is told in the log, and left alone.
std::vector<open_session>
find_open_sessions(const std::vector<session_head>& all);

/// Whose the files are that begin at one of `starts_ms`, by the manifests of
/// `all` that may say something of them.
file_owners find_owners(const std::vector<session_head>& all,
                        const std::set<int64_t>& starts_ms);

} // namespace camnode
