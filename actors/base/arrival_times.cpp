#include "actors/base/arrival_times.hpp"

#include <algorithm>

namespace camnode {

namespace {

constexpr uint64_t ones(int bits) {
  return (uint64_t{1} << bits) - 1;
}

} // namespace

void arrival_times::note(uint64_t number, int64_t now_ns) {
  auto time_us = static_cast<uint64_t>(now_ns / 1000) & ones(time_bits);
  for (auto& level : times_) {
    auto word = (number >> level_bits) << time_bits | time_us;
    level[number & (slots - 1)].store(word, std::memory_order_relaxed);
    if ((number & (slots - 1)) != 0)
      return;
    number >>= level_bits;
  }
}

int64_t arrival_times::time_of(const level& x, uint64_t at) {
  auto word = x[at & (slots - 1)].load(std::memory_order_relaxed);
  auto round = (at >> level_bits) & ones(64 - time_bits);
  return word >> time_bits == round
           ? static_cast<int64_t>(word & ones(time_bits)) * 1000
           : 0;
}

int64_t arrival_times::find(uint64_t number, uint64_t end) const {
  auto step = uint64_t{1};
  for (auto& level : times_) {
    auto at = (number + step - 1) / step;
    if (at * step >= end)
      return 0;
    if (auto time = time_of(level, at))
      return time;
    step <<= level_bits;
  }
  return oldest_since(number, end);
}

int64_t arrival_times::oldest_since(uint64_t number, uint64_t end) const {
  constexpr auto bits = level_bits * (levels - 1);
  auto newest = (end - 1) >> bits;
  auto at = std::max((number + ones(bits)) >> bits,
                     newest < slots ? 0 : newest - slots + 1);
  for (; at <= newest; ++at)
    if (auto time = time_of(times_.back(), at))
      return time;
  return 0;
}

} // namespace camnode
