#pragma once

#include "messages/disk/file_judge.hpp"
#include "nodes/recovery/unfinished_sessions.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace camnode {

/// When the pieces begin that are not complete.
std::set<int64_t> incomplete_starts(const data_listing& x);

/// Takes what camnode did not write out of a listing of data folder `dir`, to
/// `x.strangers`, as far as that can be told without reading all manifests and
/// files that there ever were: what is complete and lies in the time of a
/// session that is over, stays.
/// @param judge Knows the manifests of what is incomplete.
void set_foreign_aside(data_listing& x, const std::vector<session_head>& heads,
                       const std::vector<unfinished_session>& unfinished,
                       const file_judge& judge,
                       const std::filesystem::path& dir);

/// Says in the log which files camnode did not write and leaves alone: a line
/// per folder, of 20 folders at most.
void tell_foreign(const std::vector<std::string>& files);

} // namespace camnode
