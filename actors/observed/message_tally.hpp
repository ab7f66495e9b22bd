#pragma once

#include <caf/type_erased_tuple.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// How many messages of a type an actor has handled.
struct message_count {
  std::string type;
  uint64_t count = 0;
};

/// Counts the messages of one actor by their types: by the atom in front, or
/// else by the type of the first element. The first 11 types that come have a
/// count of their own; all others share one, `other`. Written by the actor,
/// without a lock and, but for the first message of a type, without memory;
/// read by anyone.
class message_tally {
public:
  static constexpr size_t max_types = 12;
  static constexpr size_t other = max_types - 1;

  /// Where messages like `x` are counted. For the actor's own thread.
  size_t slot_of(const caf::type_erased_tuple& x);

  void count(size_t slot) {
    counts_[slot].fetch_add(1, std::memory_order_relaxed);
  }

  /// The types that have come, in the order of their first messages.
  std::vector<message_count> look() const;

  /// @returns The type that is counted at `slot`.
  std::string type_at(size_t slot) const;

private:
  struct type {
    uint64_t key;
    std::string name;
  };

  std::array<type, other> types_; ///< Constant once they are `known_`.
  std::atomic<size_t> known_{0};
  std::array<std::atomic<uint64_t>, max_types> counts_{};
};

} // namespace camnode
