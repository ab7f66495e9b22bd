#pragma once

#include "messages/disk/session_records.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace camnode {

/// How a server's clock went, for those who want to place its frames better
/// later: a record every 10 s, and one whenever what was known became void. At
/// `max_records`, every second record is dropped, and further ones come half as
/// often; in a long session more than once. Any thread.
class clock_history {
public:
  static constexpr size_t max_records = max_clock_records;
  static constexpr int64_t first_interval_ns = 10'000'000'000;

  /// Begins anew: only the newest record is kept, as it still holds.
  void begin();

  /// @param must Whether to keep the record whenever the last one was.
  void add(const clock_record& x, bool must);

  /// Begins with what an earlier process has kept; of more than fits, the
  /// oldest.
  void restore(std::vector<clock_record> records);

  std::vector<clock_record> look() const;

private:
  mutable std::mutex mutex_;
  std::vector<clock_record> records_;
  clock_record newest_;
  bool any_ = false;
  int64_t interval_ns_ = first_interval_ns;
};

} // namespace camnode
