#pragma once

#include "messages/descriptor.hpp"

#include <string_view>

namespace camnode {

/// Opens what has the name `path` below `folder`. Nothing leads out of there:
/// no link is followed, be it at the end or on the way, and no level may be
/// empty,
/// `.` or `..`.
/// @param flags As of open(2).
/// @returns None, with the reason in `errno`.
unique_fd open_beneath(int folder, std::string_view path, int flags);

} // namespace camnode
