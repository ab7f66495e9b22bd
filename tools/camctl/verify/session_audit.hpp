#pragma once

#include "tools/camctl/verify/audit.hpp"

#include <map>
#include <string>
#include <vector>

namespace camnode {

/// The files of one session, as they were read.
struct session_files {
  std::map<std::string, std::vector<checked_piece>> cameras; ///< By id.
  std::map<std::string, std::vector<checked_readings>>
    sensors; ///< By folder, below `sensors/`.
};

/// One session, checked.
struct session_audit {
  std::string manifest; ///< The name of its file, below `data.dir`.
  std::string state;
  session_info session;

  /// Whether the manifest is the last one. If not, the session is being
  /// recorded, or was cut off and waits for its repair.
  bool over = true;
  bool moved = false; ///< A file got its last name while it was looked at.
  std::map<std::string, camera_audit> cameras; ///< By id.
  std::map<std::string, sensor_audit> sensors; ///< By topic.
  std::vector<std::string> losses;             ///< Of the session itself.
  std::vector<std::string> faults;

  bool damaged() const;
  bool lossy() const;
};

/// Compares a session's manifest with its files.
/// @param name Of the manifest's file, below `data.dir`.
session_audit audit_session(const std::string& name, const manifest& books,
                            const session_files& files);

} // namespace camnode
