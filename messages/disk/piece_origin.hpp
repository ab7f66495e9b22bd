#pragma once

#include "messages/disk/file_origin.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace camnode {

/// Where the two files of a piece are from, by their content.
struct piece_origin {
  file_origin film = file_origin::none;
  file_origin index = file_origin::none;

  /// Whether the film's own date is that of the start it was looked at with.
  bool dated = false;

  /// Whether `x` has no content of anybody.
  static bool is_void(file_origin x) {
    return x == file_origin::none || x == file_origin::lost;
  }
};

/// Looks at the beginnings of both files; an empty path is none. What is no
/// regular file, or cannot be read, is `other`. Reads up to 64 KiB of a film.
piece_origin look_at_piece(const std::filesystem::path& film,
                           const std::filesystem::path& index,
                           int64_t start_ms);

/// Whose film begins with `head`, of which nothing is missing that the first
/// 64 KiB of the file have.
/// @param dated Set if it is ours, and was begun in the second of `start_ms`.
file_origin film_origin(std::string_view head, int64_t start_ms, bool& dated);

/// Whose index begins so. Some bytes of its first line may be damaged.
file_origin index_origin(std::string_view head);

} // namespace camnode
