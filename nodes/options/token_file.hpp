#pragma once

#include <caf/expected.hpp>

#include <string>

namespace camnode {

/// Where a client of that name keeps its token unless told otherwise:
/// `$STATE_DIRECTORY/token`, which a service has, or
/// `$XDG_STATE_HOME/camnode/<id>.token`, whose folder is `~/.local/state` by
/// default. @returns Nothing where there is no home either.
std::string usual_token_file(const std::string& id);

/// Reads the token in a file, after making both where there is no such file: 32
/// random bytes, base64url, which this user alone may read.
/// @returns That of `read_access_token`, or `ec::open_failed`,
/// `ec::write_failed`.
caf::expected<std::string> make_token(const std::string& path);

} // namespace camnode
