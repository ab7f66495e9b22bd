#pragma once

#include "messages/disk/data_folder.hpp"
#include "messages/disk/manifest.hpp"

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

/// What the manifests say of a file, besides whose it is.
struct file_claim {
  bool listed = false;   ///< One of them lists it: then no more is asked.
  bool in_time = false;  ///< It begins in the time of a session.
  bool not_over = false; ///< That session is not over.
  bool expected = false; ///< Of one that has this folder, or would begin a file
                         ///< at this very instant.
};

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

  /// What they say of the file of `folder` that begins at `start_ms`.
  /// @param stem Of its name.
  file_claim claim_on(const std::string& folder, int64_t start_ms,
                      const std::string& stem) const;

private:
  struct span {
    int64_t start_ms = 0;
    int64_t stop_ms = 0; ///< 0: it lasts.
    size_t session = 0;
    int64_t segment_ms = 0;
    bool not_over = false;
    std::set<std::string> folders; ///< Of its sensors.

    bool has(int64_t time_ms) const {
      return time_ms >= start_ms && (stop_ms == 0 || time_ms < stop_ms);
    }
  };

  std::map<file_key, size_t> listed_;
  std::vector<span> spans_;
};

} // namespace camnode
