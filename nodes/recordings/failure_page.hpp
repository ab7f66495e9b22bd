#pragma once

#include "actors/base/http_request.hpp"

#include <caf/error.hpp>

#include <string>

namespace camnode {

/// Why nothing can be answered: 404 for `ec::unavailable`, 500 for what is
/// there and cannot be read.
http_page failure_page(const caf::error& x);

/// The same, of a file that could not be opened. @param errnum Of `errno`.
http_page failure_page(const std::string& name, int errnum);

} // namespace camnode
