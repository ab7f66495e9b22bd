#pragma once

#include <filesystem>
#include <string>

namespace camnode {

/// Makes a data folder where there is none, with those above it, and sees that
/// files can be made in it.
/// @returns What is wrong: where, what it is, and what would be right, in one
///          line; empty if nothing is.
std::string prepare_data_folder(const std::filesystem::path& dir);

/// Has all that is made in data folder `dir` from now on belong to `group`: the
/// folder and those below it get that group, and the bit that hands it on.
/// @returns What is wrong, as above.
std::string give_to_group(const std::filesystem::path& dir,
                          const std::string& group);

} // namespace camnode
