#include "messages/wire/legacy_framing.hpp"

namespace camnode {

legacy_header make_legacy_header(size_t jpeg_bytes) {
  return {static_cast<uint8_t>(jpeg_bytes >> 24),
          static_cast<uint8_t>(jpeg_bytes >> 16),
          static_cast<uint8_t>(jpeg_bytes >> 8),
          static_cast<uint8_t>(jpeg_bytes)};
}

std::optional<size_t> parse_legacy_header(const uint8_t* bytes) {
  auto length = size_t{bytes[0]} << 24 | size_t{bytes[1]} << 16
                | size_t{bytes[2]} << 8 | size_t{bytes[3]};
  if (length > max_jpeg_bytes)
    return std::nullopt;
  return length;
}

} // namespace camnode
