#pragma once

#include <cstdint>
#include <utility>

namespace camnode {

/// Finds among things that come in order of time the one that is nearest to an
/// instant, with memory for two of them.
template <class T>
class nearest_in_time {
public:
  /// The nearest one, the earlier one of two that are as near; null if there is
  /// none at all. Valid until the next call.
  /// @param read `bool(T&)`: reads the next one; false if there is none.
  /// @param time_of `int64_t(const T&)`: when that was, in ns.
  /// @pre Times of successive calls do not decrease.
  template <class Read, class TimeOf>
  const T* find(int64_t time_ns, Read read, TimeOf time_of) {
    if (!std::exchange(began_, true))
      has_after_ = read(after_);
    while (has_after_ && time_of(after_) < time_ns) {
      std::swap(before_, after_);
      has_before_ = true;
      has_after_ = read(after_);
    }
    if (!has_before_ || !has_after_)
      return has_before_ ? &before_ : has_after_ ? &after_ : nullptr;
    auto to_before = time_ns - time_of(before_);
    auto to_after = time_of(after_) - time_ns;
    return to_before <= to_after ? &before_ : &after_;
  }

private:
  T before_;
  T after_;
  bool has_before_ = false;
  bool has_after_ = false;
  bool began_ = false;
};

} // namespace camnode
