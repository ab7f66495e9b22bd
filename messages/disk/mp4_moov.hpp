#pragma once

#include "messages/disk/mp4_film.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// What the `moov` of a film says besides its track: when the first frame
/// begins, how long all last, and its tables.
struct mp4_content {
  uint32_t timescale = mp4_timescale; ///< Units of what follows, per second.
  uint64_t first = 0;
  uint64_t duration = 0;
  std::string tables; ///< The boxes `stts`, `stsc`, `stsz` and `co64`.
};

/// Appends a `moov` of one track of JPEGs.
/// @param in_fragments Whether frames follow in fragments.
void append_mp4_moov(std::string& out, const mp4_track& x, const mp4_content& y,
                     bool in_fragments);

/// What the content of a `moov` says of its track; nothing where it says none.
std::optional<mp4_track> find_mp4_track(std::string_view moov);

/// A table of `rows`, each of as many numbers as its box wants.
std::string mp4_table(std::string_view type, const std::string& rows,
                      uint32_t count);

/// The box `stsz`, of sizes of 32 bits.
std::string mp4_size_table(const std::string& sizes, uint32_t count);

/// The box `stsc`: each frame is a chunk of its own, if there is `any`.
std::string mp4_one_frame_a_chunk(bool any);

} // namespace camnode
