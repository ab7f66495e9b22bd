#pragma once

#include "messages/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace camnode {

/// The legacy protocol's framing: before each JPEG its length in bytes, as 32
/// bits in network order. A length of 0 has no JPEG and means nothing.
constexpr size_t legacy_header_size = 4;

using legacy_header = std::array<uint8_t, legacy_header_size>;

/// The header of a JPEG of `jpeg_bytes` bytes.
/// @pre `jpeg_bytes <= max_jpeg_bytes`
legacy_header make_legacy_header(size_t jpeg_bytes);

/// Reads a header.
/// @param bytes `legacy_header_size` bytes; borrowed for the call.
/// @returns The JPEG's length in bytes, 0 included, or nothing if it is above
///          `max_jpeg_bytes`.
std::optional<size_t> parse_legacy_header(const uint8_t* bytes);

} // namespace camnode
