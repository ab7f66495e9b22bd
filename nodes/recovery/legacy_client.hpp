#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace camnode {

/// Whether a client of the legacy system gives that name to a film that it is
/// writing: `YYYYMMDD_HHMMSS.mmm.mp4`, the last part missing in early ones.
bool is_legacy_film(std::string_view name);

/// Looks for what a client of the legacy system is writing in data folder
/// `dir`. When it completes a film, it renames the first one that it finds in
/// the folder of that camera, be it one of camnode's.
/// @param since Files that were last written before that are left from earlier.
/// @returns The file's name below `dir`; empty: there is none.
std::string find_legacy_film(const std::filesystem::path& dir,
                             std::filesystem::file_time_type since);

} // namespace camnode
