#pragma once

#include <filesystem>
#include <string>

namespace camnode {

/// Makes a data folder where there is none, with those above it, and sees that
/// files can be made in it.
/// @returns What is wrong: where, what it is, and what would be right, in one
///          line; empty if nothing is.
std::string prepare_data_folder(const std::filesystem::path& dir);

} // namespace camnode
