#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace camnode::jpeg {

// Markers by their second byte (ITU-T T.81, table B.1).
constexpr uint8_t soi = 0xD8; ///< Start of image.
constexpr uint8_t eoi = 0xD9; ///< End of image.
constexpr uint8_t sos = 0xDA; ///< Start of scan.

inline bool is_restart(uint8_t code) {
  return code >= 0xD0 && code <= 0xD7;
}

/// Stands alone, without a segment: restart markers and TEM.
inline bool stands_alone(uint8_t code) {
  return is_restart(code) || code == 0x01;
}

/// SOF0 to SOF15; C4, C8 and CC are DHT, JPG and DAC.
inline bool is_frame_header(uint8_t code) {
  return code >= 0xC0 && code <= 0xCF && code != 0xC4 && code != 0xC8
         && code != 0xCC;
}

/// APPn and COM: what they hold is up to who writes them.
inline bool is_application(uint8_t code) {
  return (code >= 0xE0 && code <= 0xEF) || code == 0xFE;
}

/// May stand between two scans, or after the last one.
inline bool may_follow_scan(uint8_t code) {
  return code == 0xC4 || code == 0xCC || (code >= sos && code <= 0xDD)
         || is_application(code);
}

inline uint16_t get_u16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] << 8 | p[1]);
}

/// Whether a start marker begins a picture.
enum class verdict {
  sound,   ///< A chain of segments, a frame header and a scan header.
  unsound, ///< Something else.
  open,    ///< Too few bytes to tell.
};

/// Looks at the header of what starts at `data`, one segment after the other.
/// @param data From a start marker on.
/// @param size How much of it there is.
verdict check_header(const uint8_t* data, size_t size);

/// Where the first start marker, with the marker that follows it, begins in
/// `[begin, end)`; the marker after it may lie beyond, before `size`.
/// @returns `end` if there is none.
size_t find_start_marker(const uint8_t* data, size_t begin, size_t end,
                         size_t size);

/// The start markers in `[begin, end)` whose end markers are not there, too:
/// pictures have others in them, their thumbnails.
/// @param size See `find_start_marker`.
std::vector<size_t> open_starts(const uint8_t* data, size_t begin, size_t end,
                                size_t size);

} // namespace camnode::jpeg
