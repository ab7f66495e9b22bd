#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace camnode {

/// When which bytes of a stream came. Pure, not thread safe.
class time_marks {
public:
  /// The bytes from `offset` on came at `ns`. @pre Offsets grow.
  void put(uint64_t offset, int64_t ns) {
    marks_.push_back({offset, ns});
  }

  /// When the byte at `offset` came. @pre It has, and is not forgotten.
  int64_t at(uint64_t offset) const {
    return std::prev(after(offset))->ns;
  }

  /// Forgets the times of the bytes before `offset`.
  void forget_before(uint64_t offset) {
    auto last = after(offset);
    if (last - marks_.begin() > 1)
      marks_.erase(marks_.begin(), std::prev(last));
  }

private:
  struct mark {
    uint64_t offset;
    int64_t ns;
  };

  std::vector<mark>::const_iterator after(uint64_t offset) const {
    auto starts_behind = [](uint64_t x, const mark& y) { return x < y.offset; };
    return std::upper_bound(marks_.begin(), marks_.end(), offset,
                            starts_behind);
  }

  std::vector<mark> marks_;
};

} // namespace camnode
