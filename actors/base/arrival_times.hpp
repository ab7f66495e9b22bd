#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace camnode {

/// When the messages of a mailbox arrived, by their number from 0, without a
/// lock and in a fixed size: each of the last 64, and after them every 64th
/// and every 4096th. Any thread notes, any thread looks.
class arrival_times {
public:
  /// @param now_ns On any steady clock, above 0.
  void note(uint64_t number, int64_t now_ns);

  /// @param end How many have arrived.
  /// @returns When message `number` arrived, to the microsecond; where that is
  ///          not kept any more, when the next one did that is: too late
  ///          rather than too early. 0 if there is none.
  int64_t find(uint64_t number, uint64_t end) const;

private:
  static constexpr int level_bits = 6;
  static constexpr size_t slots = size_t{1} << level_bits;
  static constexpr int levels = 3;

  /// Which round over the slots a time is of, and the time in us, in one word,
  /// so that nobody sees half of it.
  static constexpr int time_bits = 48;

  using level = std::array<std::atomic<uint64_t>, slots>;

  /// @returns 0 if it is not kept.
  static int64_t time_of(const level& x, uint64_t at);

  /// The oldest of the times kept longest, from `number` on.
  int64_t oldest_since(uint64_t number, uint64_t end) const;

  std::array<level, levels> times_{};
};

} // namespace camnode
