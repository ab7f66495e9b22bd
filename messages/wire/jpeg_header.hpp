#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace camnode {

/// A picture's size in pixels.
struct picture_size {
  uint16_t width = 0;
  uint16_t height = 0;
};

/// Reads a JPEG's size out of its frame header (SOF), without decoding. Looks
/// at one marker after the other, at most 1,000 of them, and at no byte of
/// picture data.
/// @param data Borrowed for the call. The JPEG may be cut off after its SOF.
/// @returns The size, both numbers above 0, or nothing if there is no whole
///          SOF in front of the picture data, or one that leaves the height
///          open.
std::optional<picture_size> read_jpeg_size(const uint8_t* data, size_t size);

} // namespace camnode
