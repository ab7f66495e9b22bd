#pragma once

#include "actors/session/manifest.hpp"
#include "nodes/verify/data_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// A file of a recording: its folder below `data.dir`, and its name without
/// extension.
using file_key = std::pair<std::string, std::string>;

/// The files that a manifest lists; one that was open when it was written has
/// its start alone for a name.
std::set<file_key> files_of(const manifest& x);

/// Whether `files` has `piece` of `folder`, open or complete.
bool lists(const std::set<file_key>& files, const std::string& folder,
           const listed_piece& piece);

/// Whose each file is: the session's that lists it, or else that of the last
/// one that began before it. Times alone would not do: UTC may have been set
/// back between two sessions.
class file_owners {
public:
  /// Adds a session, which gets the next number from 0 on.
  void add(const manifest& x);

  /// The number of the session that `piece` of `folder` belongs to; nothing if
  /// it is no session's.
  std::optional<size_t> owner_of(const std::string& folder,
                                 const listed_piece& piece) const;

private:
  struct span {
    int64_t start_ms = 0;
    int64_t stop_ms = 0; ///< 0: it lasts.
    size_t session = 0;
  };

  std::map<file_key, size_t> listed_;
  std::vector<span> spans_;
};

} // namespace camnode
