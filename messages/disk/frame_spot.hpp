#pragma once

#include "messages/disk/frame_index.hpp"
#include "messages/disk/mp4_fragment.hpp"
#include "messages/disk/record_reader.hpp"

#include <caf/expected.hpp>

#include <cstdint>

namespace camnode {

/// Where a frame is in the two files of its piece, as its index has it.
struct frame_spot {
  index_row row;
  uint64_t index_end = 0; ///< Of its row, from the beginning of the index.

  /// Of what the film has in front of its fragment, behind `ftyp` and `moov`.
  uint64_t film_bytes = 0;
};

/// Walks an index, from its beginning, up to the frame number `n`, from 0.
/// @returns `ec::unavailable` if it has fewer rows, `ec::bad_message` if one is
///          none, or it cannot be read.
caf::expected<frame_spot> find_frame(record_reader& index, uint64_t n);

/// The size of a film's `ftyp` and `moov`; 0 where it begins with something
/// else.
uint64_t film_head_bytes(uint64_t film_size, const mp4_reader& film);

/// Where the JPEG of a frame begins in its film.
/// @returns `ec::bad_message` where the film has something else there.
caf::expected<uint64_t> jpeg_offset(uint64_t film_size, const mp4_reader& film,
                                    const frame_spot& x);

} // namespace camnode
