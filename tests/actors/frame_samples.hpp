#pragma once

#include "messages/frame.hpp"
#include "tests/actors/jpeg_samples.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>

namespace camnode_test {

/// A frame to go on with; `bytes` are in its buffer, and in use.
inline std::shared_ptr<camnode::frame>
new_frame(uint64_t sequence, uint64_t epoch = 1, size_t bytes = 100) {
  auto result = std::make_shared<camnode::frame>();
  result->epoch = epoch;
  result->sequence = sequence;
  result->width = 64;
  result->height = 48;
  result->jpeg = camnode::frame_bytes{bytes};
  result->jpeg.resize(bytes);
  return result;
}

/// `x` as what a frame owns.
inline camnode::frame_bytes owned(const bytes& x) {
  camnode::frame_bytes result{x.size()};
  std::copy(x.begin(), x.end(), result.data());
  result.resize(x.size());
  return result;
}

/// The same, with a picture in it.
inline std::shared_ptr<camnode::frame> new_picture(uint64_t sequence,
                                                   uint64_t epoch = 1) {
  auto result = new_frame(sequence, epoch, 0);
  result->jpeg = owned(plain_jpeg());
  return result;
}

} // namespace camnode_test
