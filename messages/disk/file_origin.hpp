#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// Whose file it is, as its content tells. Nobody but camnode's own runs may
/// have its files changed.
enum class file_origin : uint8_t {
  none,  ///< There is no file.
  ours,  ///< It begins as camnode begins such a file.
  lost,  ///< Empty, zeros, or cut within that beginning: as a power cut leaves
         ///< a file that was just begun.
  other, ///< Anything else: somebody else's.
};

/// Whether all of `x` is zeros; an empty text is.
inline bool only_zeros(std::string_view x) {
  return std::all_of(x.begin(), x.end(), [](char c) { return c == 0; });
}

/// The first `size` bytes of a regular file, or all of it.
/// @returns Nothing for what is no regular file (a link is none), or cannot be
///          read. Never blocks on a FIFO.
std::optional<std::string> head_of(const std::filesystem::path& path,
                                   size_t size);

} // namespace camnode
