#pragma once

#include "messages/disk/fault_list.hpp"
#include "messages/disk/index_reader.hpp"
#include "messages/disk/mp4_fragment.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// What a piece's two files hold.
struct piece_facts {
  index_facts index;
  uint64_t film_frames = 0;
  uint64_t film_bytes = 0; ///< Of the JPEGs in the film.
  fault_list faults;
};

/// Reads a whole piece, each picture included, and compares the film with
/// its index: frames, sizes, times, checksums, and the times in its name.
/// @param film_size The file's size; `film` is never asked for more.
/// @param index The text of the index.
/// @param end_ms The end in the name; 0: it has none yet.
/// @param on_bytes Told now and then how much has been read. May be empty.
piece_facts
check_piece(uint64_t film_size, const mp4_reader& film, std::string_view index,
            int64_t start_ms, int64_t end_ms,
            const std::function<void(uint64_t)>& on_bytes = nullptr);

} // namespace camnode
