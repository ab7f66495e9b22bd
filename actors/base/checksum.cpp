#include "actors/base/checksum.hpp"

#include <xxhash.h>

namespace camnode {

uint64_t xxh3_of(const uint8_t* data, size_t size) {
  return XXH3_64bits(data, size);
}

} // namespace camnode
