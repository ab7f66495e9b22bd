#pragma once

#include <cstddef>
#include <cstdint>

namespace camnode {

/// XXH3-64 (seed 0) of `size` bytes, as `xxhsum -H3` prints it: what the index
/// of a piece says of each picture. Some 10 GB/s; any thread.
uint64_t xxh3_of(const uint8_t* data, size_t size);

} // namespace camnode
