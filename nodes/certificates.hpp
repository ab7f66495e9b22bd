#pragma once

#include "nodes/tls_files.hpp"

#include <string>

namespace camnode {

/// Checks certificates before anything relies on them, as CAF ends the process
/// over a bad one when the first peer connects.
/// @returns What is wrong, beginning with the option: `cert-file=...: expired
///          on ...`. Empty if the certificate can be read, is valid now, is
///          signed by the authority, and the key belongs to it.
std::string why_unusable(const tls_files& x);

/// Whether two names, neither of them empty, are of the same file.
bool same_file(const std::string& x, const std::string& y);

} // namespace camnode
