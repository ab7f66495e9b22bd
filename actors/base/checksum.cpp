#include "actors/base/checksum.hpp"

#include <xxhash.h>

#include <new>

namespace camnode {

namespace {

XXH3_state_t* state_of(void* x) {
  return static_cast<XXH3_state_t*>(x);
}

} // namespace

uint64_t xxh3_of(const uint8_t* data, size_t size) {
  return XXH3_64bits(data, size);
}

void xxh3_sum::release::operator()(void* x) const {
  XXH3_freeState(state_of(x));
}

xxh3_sum::xxh3_sum() : state_(XXH3_createState()) {
  if (!state_ || XXH3_64bits_reset(state_of(state_.get())) != XXH_OK)
    throw std::bad_alloc{};
}

void xxh3_sum::add(std::string_view bytes) {
  XXH3_64bits_update(state_of(state_.get()), bytes.data(), bytes.size());
}

uint64_t xxh3_sum::value() const {
  return XXH3_64bits_digest(state_of(state_.get()));
}

} // namespace camnode
