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

/// A session that a crash interrupted: the process that recorded it ended
/// before the session was over.
struct unfinished_session {
  std::filesystem::path path; ///< Of its manifest.
  manifest books;

  /// Where it was stopped, or the next session began, UTC ms.
  int64_t end_ms = 0;
  bool newest = true; ///< None has begun since.

  /// Of other unfinished ones that start later by UTC.
  struct span {
    int64_t start_ms = 0;
    int64_t stop_ms = 0; ///< 0: it has none.
  };
  std::vector<span> later;

  std::set<file_key> ours;   ///< What it lists.
  std::set<file_key> others; ///< What others list that its times would take.

  /// Whether a file is its own. What a manifest lists is its session's. Other
  /// files go by their times; where those of several sessions overlap, as UTC
  /// was set back, to the last session that starts before the file. An open
  /// file is no session's.
  bool owns(const std::string& folder, const listed_piece& x) const;

  /// What its manifest knows of a camera; nothing but `id` if it has none.
  server_info server(const std::string& id) const;

  /// By actor, as they are named in the directory.
  std::map<std::string, uint32_t> restarts() const;
};

/// Finds the unfinished sessions, in the order of their starts. A manifest that
/// cannot be read is told in the log, and left alone.
std::vector<unfinished_session>
find_unfinished_sessions(const std::vector<session_head>& all);

/// Whose the files are that begin at one of `starts_ms`, by the manifests of
/// `all` that may say something of them.
file_owners find_owners(const std::vector<session_head>& all,
                        const std::set<int64_t>& starts_ms);

} // namespace camnode
