#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace camctl {

/// Whether somebody accepts TCP connections there, found out within the time
/// given: CAF's middleman, while it connects to a machine that drops packets,
/// does nothing else for minutes.
enum class reach { there, refused, silent, unknown_host };

/// @param patience For each address that `host` has.
reach reach_of(const std::string& host, uint16_t port,
               std::chrono::milliseconds patience);

} // namespace camctl
