#pragma once

#include "messages/node_report.hpp"

#include <cstdint>
#include <string>

namespace camctl {

/// A handler or a message that is as old wants attention: 1 s.
constexpr int64_t stuck_ns = 1'000'000'000;

/// What of an actor wants attention; empty if nothing does.
std::string trouble_of(const camnode::actor_report& x);

} // namespace camctl
