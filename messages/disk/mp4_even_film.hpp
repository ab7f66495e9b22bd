#pragma once

#include "messages/disk/mp4_fragment.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// How often a film has a frame: frame n is at `n * ticks / per_second` s.
struct film_rate {
  uint32_t per_second = 25'000; ///< Ticks in a second: a film's time scale.
  uint32_t ticks = 1'000;       ///< From one frame to the next; not 0.
};

bool operator==(const film_rate& x, const film_rate& y);

/// An ordinary MP4 of JPEGs at one constant rate: `ftyp`, one `mdat` with the
/// JPEGs one after the other and nothing between them, and `moov`.
struct mp4_even_film {
  mp4_track track;
  film_rate rate;
  std::vector<uint32_t> jpeg_bytes; ///< Of each frame.
};

/// Where the first JPEG of such a film begins.
constexpr uint64_t mp4_even_begin = mp4_switch_at + mp4_switch_size;

/// What such a film begins with. Its switch (`mp4_switch_at`) is open: as
/// long as it is, no player takes the file for a film.
std::string mp4_even_head();

/// The `moov` that belongs after the last JPEG.
/// @returns Nothing for no frame, or for more than a `moov` has room for, some
///          300 million.
std::string mp4_even_tables(const mp4_even_film& x);

/// Reads what such a film says of itself; any bytes are safe. Reads no JPEG.
/// Needs memory of some 50 bytes a frame.
/// @param size The file's size; `read` is never asked for more.
/// @returns `ec::bad_message` with what is wrong, in one line.
caf::expected<mp4_even_film> read_mp4_even_film(uint64_t size,
                                                const mp4_reader& read);

} // namespace camnode
