#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace camnode {

/// What the index of a film says about one frame. All times are UTC
/// nanoseconds on the session clock. A row with the flag `rebuilt` knows no
/// sequence, epoch, receipt, offset and exposure: these fields are empty.
struct index_row {
  uint64_t frame = 0;    ///< Position in the file, from 0.
  uint64_t sequence = 0; ///< As the server numbered it.
  int64_t capture_ns = 0;
  int64_t receive_ns = 0;      ///< Arrival of the last byte at the client.
  int64_t offset_ns = 0;       ///< Client clock minus server clock.
  int64_t offset_error_ns = 0; ///< Of the time of capture; -1 where nobody can
                               ///< tell: an empty field.
  int32_t exposure_us = -1;    ///< -1 where unknown: an empty field.
  uint64_t bytes = 0;          ///< Size of the JPEG.
  uint32_t flags = 0;          ///< `frame::flag`s, in decimal.
  uint64_t xxh3 = 0;  ///< `xxh3_of` the JPEG, as 16 hexadecimal digits.
  uint64_t epoch = 0; ///< The run of the server that `sequence` belongs to.
};

/// What the place of a frame in time is off by at most, ns; nothing where it
/// has no time of capture.
std::optional<int64_t> time_error_ns(const index_row& x);

/// The first line of an index, with its newline.
constexpr std::string_view index_header
  = "frame,sequence,capture_ns,receive_ns,offset_ns,offset_error_ns,"
    "exposure_us,bytes,flags,xxh3,epoch\n";

/// The longest row: four 64-bit numbers without and three with a sign (20
/// characters each), one that is not negative (19), an exposure (10), flags
/// (10), a checksum (16), 10 commas and the newline.
constexpr size_t max_index_row_size = 7 * 20 + 19 + 10 + 10 + 16 + 10 + 1;

/// Memory for one row.
using index_row_buffer = std::array<char, max_index_row_size>;

/// Writes `x` as one line into `buffer`. Allocates nothing.
/// @returns The line with its newline, in `buffer`.
std::string_view format_index_row(const index_row& x, index_row_buffer& buffer);

/// Reads what `format_index_row` wrote.
/// @param line One line without its newline; only a line that has one is
///        known to be whole.
/// @returns Nothing for any other text, a differently written number included.
std::optional<index_row> parse_index_row(std::string_view line);

} // namespace camnode
