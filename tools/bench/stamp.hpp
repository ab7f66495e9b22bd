#pragma once

#include "messages/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace camnode::bench {

/// What a stamped JPEG says of itself, in a comment right after its start
/// marker: its receiver knows which one it is and how old.
struct stamp {
  uint64_t sequence = 0;  ///< From 1.
  uint64_t bytes = 0;     ///< Of the whole JPEG, the comment included.
  int64_t written_ns = 0; ///< CLOCK_MONOTONIC when it was handed out.
};

/// The text that the comment begins with; `run` looks for it in recordings.
constexpr std::string_view stamp_name = "camnode-bench";

/// FF D8, FF FE, length, name, and three numbers of 20 digits after blanks.
constexpr size_t stamp_size = 6 + stamp_name.size() + 3 * 21;

/// What takes the place of the start marker, the first two bytes of a JPEG.
using stamp_bytes = std::array<uint8_t, stamp_size>;

stamp_bytes serialize(const stamp& x);

/// @param bytes At least `stamp_size`: the begin of a JPEG.
/// @returns Nothing for a JPEG that is not stamped.
std::optional<stamp> parse_stamp(const uint8_t* bytes);

/// The size of a JPEG of `bytes` bytes once it is stamped.
constexpr size_t stamped_size(size_t bytes) {
  return bytes - 2 + stamp_size;
}

} // namespace camnode::bench
