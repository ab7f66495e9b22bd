#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// The most bytes that a request target may have.
constexpr size_t max_http_target_bytes = 1024;

/// A place in the stream of one server: right after a frame.
struct stream_position {
  uint64_t epoch = 0; ///< 0, which is no epoch, for the oldest frame held.
  uint64_t sequence = 0;
};

/// What a request asks for.
struct http_target {
  std::string path; ///< Decoded, starts with `/`, printable ASCII only.
  bool lossless = false;
  std::optional<stream_position> after; ///< Only with `lossless`.
  std::optional<std::string> token;     ///< As anyone may have sent it.

  /// All that follows the `?`, decoded.
  std::map<std::string, std::string> query;
};

/// Reads a request target: `/stream.mjpg?mode=lossless&after=7:1234`, or the
/// same after `http://host`. Knows the keys `mode` (`live` or `lossless`) and
/// `after` (`<epoch>:<sequence>`, with `mode=lossless` only), and `token`; of a
/// key that comes twice, the last one counts; other keys are only listed, as
/// some viewers add a number to get around caches.
/// @param text Borrowed for the call.
/// @param why Set to one line of text, for a 400 answer, if refused.
/// @returns The parts, or nothing if the target is too long, holds bytes that
///          no target may hold, or a value that the stream does not know.
std::optional<http_target> parse_http_target(std::string_view text,
                                             std::string& why);

/// `x`, which is ASCII, with `%` and two digits for all that may mean something
/// in a URL or in a cookie.
std::string percent_encoded(std::string_view x);

/// @returns Nothing for a `%` without two digits, or one that hides a byte
/// which
///          is not printable ASCII.
std::optional<std::string> percent_decoded(std::string_view x);

/// The target of a lossless stream after `after`, or, without one, from the
/// newest frame on.
std::string lossless_stream_target(const std::optional<stream_position>& after);

} // namespace camnode
