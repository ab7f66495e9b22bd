#pragma once

#include "tools/camctl/export/film_plan.hpp"
#include "tools/camctl/export/reading_table.hpp"
#include "tools/camctl/verify/find_session.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// A session in one of the folders that an export reads.
struct session_source {
  std::filesystem::path dir;
  chosen_session session;

  clock_lead ahead; ///< How far its clock is ahead of the first folder's.
};

/// Finds a session in each of several folders.
/// @returns `ec::open_failed` if it is not in one of them, not over yet, or in
///          one of them at another time.
caf::expected<std::vector<session_source>>
find_sources(const std::vector<std::filesystem::path>& dirs,
             const std::string& wanted);

/// Where the films of each camera are, by its id.
std::map<std::string, std::vector<source_folder>>
camera_folders(const std::vector<session_source>& sources);

/// Where the readings of each topic are: in the folder that has the most.
reading_sources reading_folders(const std::vector<session_source>& sources);

/// What other folders have of the same topics, which is not exported: a line
/// for each topic.
std::vector<std::string>
readings_left_out(const std::vector<session_source>& sources);

/// What the manifests say is missing of a camera, as `camctl verify` puts it:
/// of the times in `cut`, and but for what another folder has.
/// @param there All frames that are exported.
std::vector<std::string>
named_losses(const std::vector<session_source>& sources, const std::string& id,
             const camera_source& there, const time_cut& cut);

} // namespace camnode
