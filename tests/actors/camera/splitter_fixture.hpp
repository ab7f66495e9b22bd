#pragma once

// What the tests of `jpeg_splitter` share.

#include "actors/camera/jpeg_splitter.hpp"
#include "tests/actors/jpeg_samples.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace camnode_test {

inline bytes to_bytes(const camnode::frame_bytes& x) {
  return {x.data(), x.data() + x.size()};
}

/// A splitter, and what came out of it.
struct splitter_fixture {
  camnode::jpeg_splitter testee;
  std::vector<bytes> jpegs;
  std::vector<camnode::split_jpeg> splits;
  int64_t clock = 0;

  explicit splitter_fixture(size_t max_bytes = camnode::max_jpeg_bytes)
    : testee(max_bytes) {
  }

  void drain() {
    while (auto x = testee.next()) {
      jpegs.push_back(to_bytes(x->jpeg));
      splits.push_back(std::move(*x));
    }
  }

  void put(const uint8_t* data, size_t size) {
    auto room = testee.prepare(size);
    memcpy(room.data, data, size);
    testee.commit(size, ++clock);
    drain();
  }

  void put(const bytes& x) {
    put(x.data(), x.size());
  }

  void finish() {
    testee.finish();
    drain();
  }

  /// Hands in all that there is of a stream.
  void put_all(const bytes& x, size_t chunk) {
    put(x, chunk);
    finish();
  }

  void put(const bytes& x, size_t chunk) {
    for (size_t i = 0; i < x.size(); i += chunk)
      put(x.data() + i, std::min(chunk, x.size() - i));
  }
};

/// The same bytes could be a damaged length that swallowed a whole frame.
inline bool ends_with_thumbnail(const bytes& x, size_t cut) {
  constexpr size_t thumbnail_end = 12 + 429;
  return x == jpeg_with_thumbnail()
         && (cut == thumbnail_end || cut == thumbnail_end + 1);
}

/// Whether more than a start marker and fill bytes are there.
inline bool has_begun(const bytes& x) {
  return std::any_of(x.begin() + 2, x.end(), [](auto y) { return y != 0xFF; });
}

/// With a thumbnail, as cameras write it.
inline bytes exif_jpeg() {
  return soi + segment(0xE1, bytes{'E', 'x', 'i', 'f', 0, 0} + plain_jpeg(8, 8))
         + segment(0xDB, bytes(65, 1)) + frame_header(0xC0, 320, 240)
         + scan(coded(100)) + eoi;
}

inline bytes without_end(bytes x) {
  x.resize(x.size() - 2);
  return x;
}

inline bytes joined(const std::vector<bytes>& xs) {
  bytes result;
  for (auto& x : xs)
    result = result + x;
  return result;
}

} // namespace camnode_test
