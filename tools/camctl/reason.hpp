#pragma once

#include <caf/error.hpp>

#include <string>

namespace camctl {

/// What went wrong, in one line for people: the text of an error alone, as its
/// kind ("open failed") says less than that.
std::string reason_of(const caf::error& x);

} // namespace camctl
