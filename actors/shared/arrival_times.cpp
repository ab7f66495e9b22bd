#include "actors/shared/arrival_times.hpp"

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

int64_t arrival_times::find(uint64_t number, uint64_t end) const {
  auto step = uint64_t{1};
  for (auto& level : times_) {
    auto at = (number + step - 1) / step;
    if (at * step >= end)
      return 0;
    auto word = level[at & (slots - 1)].load(std::memory_order_relaxed);
    auto round = (at >> level_bits) & ones(64 - time_bits);
    auto time_us = word & ones(time_bits);
    if (word >> time_bits == round && time_us != 0)
      return static_cast<int64_t>(time_us) * 1000;
    step <<= level_bits;
  }
  return 0;
}

} // namespace camnode
