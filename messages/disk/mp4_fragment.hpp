#pragma once

#include "messages/disk/mp4_film.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace camnode {

/// One fragment of a film: a movie fragment of one sample, which is one
/// JPEG (ISO/IEC 14496-12, 8.8).
struct mp4_fragment {
  uint32_t sequence = 0;    ///< From 1 in each file.
  uint64_t decode_time = 0; ///< Microseconds since the file's start.
  uint32_t duration = 0;    ///< Microseconds.
  uint32_t payload_bytes = 0;
};

/// The duration of a frame, as a film has it: the distance to the frame before
/// it, as the next one is not known yet, within what players take for one
/// frame. Microseconds.
constexpr uint32_t mp4_duration_of(int64_t interval_us) {
  constexpr int64_t shortest = 1'000;
  constexpr int64_t longest = 10'000'000;
  return static_cast<uint32_t>(interval_us < shortest  ? shortest
                               : interval_us > longest ? longest
                                                       : interval_us);
}

/// Size of what stands in front of a JPEG: a `moof` box (100 bytes) and the
/// header of an `mdat` box (8).
constexpr size_t mp4_fragment_header_size = 108;

using mp4_fragment_header = std::array<uint8_t, mp4_fragment_header_size>;

/// Writes what stands in front of the JPEG. Allocates nothing.
/// @pre `x.payload_bytes <= max_jpeg_bytes`
mp4_fragment_header serialize(const mp4_fragment& x);

/// The inverse; nothing for bytes that it does not write.
std::optional<mp4_fragment>
parse_mp4_fragment(const mp4_fragment_header& bytes);

/// Whether the `size` bytes at `data` are the beginning of a file's first
/// fragment, as far as they go up to the picture, and it is not whole.
/// @param size At most `mp4_fragment_header_size`.
/// @param there How many bytes of it the file has.
bool is_cut_first_fragment(const uint8_t* data, size_t size, uint64_t there);

/// Reads exactly `size` bytes at `offset` of a file into `out`.
/// @returns false if they cannot be read.
using mp4_reader
  = std::function<bool(uint64_t offset, uint8_t* out, size_t size)>;

/// A whole fragment in a file.
struct mp4_found_fragment {
  mp4_fragment header;
  uint64_t payload_offset = 0;
};

/// What the switch of a film (`mp4_switch_at`) is.
enum class mp4_switch : uint8_t {
  none,   ///< There is none: the film is of an earlier version.
  open,   ///< As it is written first.
  closed, ///< The film is an ordinary MP4, with all whole fragments in it.
  other,  ///< What a power cut or damage left.
};

/// What a file holds, as far as it is whole.
struct mp4_layout {
  uint32_t timescale = 0;  ///< Of the first track; 0: it has none.
  uint64_t init_bytes = 0; ///< Size of what is before the first fragment; 0:
                           ///< not whole.
  mp4_switch state = mp4_switch::none;
  std::optional<mp4_track> track; ///< Nothing where the header is not as
                                  ///< `mp4_head` writes it.
  uint64_t fragments = 0;
  uint64_t end = 0; ///< After the last whole fragment. What the file has
                    ///< beyond it is the tables of a closed film; else it is
                    ///< cut or damaged.
  bool read_failed = false; ///< The reader failed; the rest is not known.
};

/// The largest header that `mp4_scan` accepts: `ftyp`, switch and `moov`.
constexpr size_t max_mp4_init_bytes = 64 << 10;

/// Walks a film from its start: `ftyp`, perhaps a switch, `moov`, then
/// fragments as `serialize` writes them, numbered from 1, at growing times.
/// Stops before the first byte that is anything else. Reads no JPEG. Any bytes
/// are safe to scan; memory is bounded by `max_mp4_init_bytes`.
/// @param size The file's size; `read` is never asked for more.
/// @param on_fragment Called for each whole fragment, in order. May be empty.
mp4_layout mp4_scan(
  uint64_t size, const mp4_reader& read,
  const std::function<void(const mp4_found_fragment&)>& on_fragment = nullptr);

/// Whether a film has nothing but its header, its fragments and, if it is
/// closed, their tables at its end, as camnode writes them.
/// @param x What `mp4_scan` found.
/// @param frames All those that it found.
bool mp4_is_whole(const mp4_layout& x, uint64_t size, const mp4_reader& read,
                  const mp4_frames& frames);

/// Scans a file that is in memory.
mp4_layout mp4_scan(
  const uint8_t* data, size_t size,
  const std::function<void(const mp4_found_fragment&)>& on_fragment = nullptr);

} // namespace camnode
