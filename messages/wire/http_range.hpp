#pragma once

#include <cstdint>
#include <string_view>

namespace camnode {

/// What is to be answered of something that can be asked for in parts.
struct http_range {
  enum class kind {
    whole,
    part,
    none ///< What is asked for is behind the end: 416.
  };

  kind what = kind::whole;
  uint64_t offset = 0; ///< Of a part.
  uint64_t size = 0;   ///< What is answered, in bytes.
};

/// Reads a `Range` header (RFC 9110, 14.2): `bytes=0-99`, `bytes=100-`,
/// `bytes=-100`. Anything else, several ranges included, means the whole.
/// @param header Its value; empty without.
/// @param size Of the whole.
http_range parse_http_range(std::string_view header, uint64_t size);

} // namespace camnode
