#pragma once

#include <caf/expected.hpp>

#include <string>

namespace camnode {

/// Reads a token, which is the first line of a file.
/// @returns The token, 16 to 256 visible ASCII characters; or
///          `ec::bad_configuration` with the file's name and what is wrong,
///          never with what is in the file.
caf::expected<std::string> read_access_token(const std::string& file);

} // namespace camnode
