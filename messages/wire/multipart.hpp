#pragma once

#include "messages/frame.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

// -- what a server sends ------------------------------------------------------

/// Room for the longest header that `write_part_header` can make (384 bytes).
constexpr size_t part_header_capacity = 512;

/// Follows each JPEG: the end of its part and the delimiter of the next one.
/// The delimiter travels with the picture because browsers show a part only
/// once they have seen what ends it.
constexpr std::string_view part_trailer = "\r\n--camnode\r\n";

/// The answer to a request for `/stream.mjpg`, up to and including the first
/// delimiter. What follows is, per frame: the header of its part, the JPEG,
/// `part_trailer`.
/// @param id The server's id. @pre Letters, digits and `._-` only.
/// @param epoch Which run of the server this is.
/// @param version camnode's version. @pre No control characters.
std::string stream_response_head(std::string_view id, uint64_t epoch,
                                 std::string_view version);

/// Writes the header fields of the part that carries `x`, with the blank line
/// that ends them. A frame that was stamped by its receipt has no times there.
/// Allocates nothing.
/// @param out At least `part_header_capacity` bytes.
/// @param lost What this reader misses right before `x`, in the numbers of
///        `x.epoch`; null, or empty, for nothing.
/// @returns How many bytes were written.
size_t write_part_header(char* out, const frame& x, const frame_gap* lost);

// -- what a client reads ------------------------------------------------------

/// The most that a part's header, delimiter included, may take.
constexpr size_t max_part_head_bytes = 4096;

/// Sequence numbers `first` to `last`, both included.
struct sequence_range {
  uint64_t first = 0;
  uint64_t last = 0;
};

/// What a part's header says. Only camnode servers say more than the length.
struct part_head {
  size_t content_length = 0;              ///< At most `max_jpeg_bytes`.
  std::optional<uint64_t> epoch;          ///< At most `max_exact_integer`.
  std::optional<uint64_t> sequence;       ///< From 1 to `max_exact_integer`.
  std::optional<int64_t> capture_mono_ns; ///< On the server's clock.
  std::optional<int64_t> capture_utc_ns;
  std::optional<int32_t> exposure_us; ///< Not negative.

  /// The times are those of arrival at the server, not of capture.
  bool is_arrival = false;
  std::optional<sequence_range> lost; ///< `1 <= first <= last`.

  /// Where `lost` was lost: `source`, `encoder` or, if the server names none of
  /// them, `server_ring`.
  loss_place lost_at = loss_place::server_ring;
};

/// Reads the header of a part. Unknown fields are skipped, names match in any
/// case, lines end in CR LF or LF.
/// @param block The lines after the delimiter; a blank one at the end is
///        optional. Borrowed for the call.
/// @param why Set to one line of text if the block is refused.
/// @returns The header, or nothing if a known field has no proper value, a
///          line is no field, or Content-Length is missing, given twice with
///          different values, or above `max_jpeg_bytes`.
std::optional<part_head> parse_part_head(std::string_view block,
                                         std::string& why);

/// Integers up to here survive every JSON parser, those with doubles included:
/// the most that a run's or a frame's number may be, wherever it comes from.
constexpr uint64_t max_exact_integer = (uint64_t{1} << 53) - 1;

// -- the lines and numbers of HTTP --------------------------------------------

/// One header line, as views into the block that it is from.
struct header_field {
  std::string_view name;  ///< Empty for a line that is no field.
  std::string_view value; ///< Without the blanks around it.
};

/// Takes the first line off `text`.
/// @returns The line without its CR LF or LF.
std::string_view take_line(std::string_view& text);

/// Splits a header line at its colon.
header_field split_field(std::string_view line);

/// Equality where ASCII letters match in either case.
bool equal_ignoring_case(std::string_view x, std::string_view y);

/// Reads the number of a run, or of a frame: 0 to `max_exact_integer`.
std::optional<uint64_t> parse_exact(std::string_view x);

/// `x` in backquotes, made fit for a line of log: what is not printable ASCII
/// becomes `?`, and what is longer than 80 bytes is cut.
std::string printable(std::string_view x);

/// Reads a whole number in decimal.
/// @returns Nothing if `x` is not exactly one, or one that `Int` cannot hold.
template <class Int>
std::optional<Int> parse_decimal(std::string_view x) {
  Int result = 0;
  auto end = x.data() + x.size();
  auto [stop, error] = std::from_chars(x.data(), end, result);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return result;
}

} // namespace camnode
