#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace camnode {

using text_rows = std::vector<std::vector<std::string>>;

/// A line for each row, in columns that are as wide as they need.
/// @param left The columns to the left; the others go to the right.
std::string aligned(const text_rows& rows, const std::set<size_t>& left);

} // namespace camnode
