#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// Writes any bytes as a text that a CSV file may hold, such that they can be
/// had back. UTF-8 without NUL stays as it is. Other bytes, and texts that
/// begin with `base64:` themselves, become `base64:` and the base64 of all of
/// them (RFC 4648, with padding).
std::string cell_text(std::string_view bytes);

/// The inverse: the bytes that `cell` stands for.
/// @returns Nothing for `base64:` with anything but base64.
std::optional<std::string> cell_bytes(std::string_view cell);

} // namespace camnode
