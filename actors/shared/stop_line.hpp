#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

namespace camnode {

/// Where the present session ends, for those who write it. The message about a
/// stop takes its time through mailboxes; the line is seen at once. Who looks
/// at it before each frame or reading that is written, and takes nothing from
/// beyond it, has nothing on disk from beyond the end, however long any thread
/// was held up: a look that finds no line was made before the clock was read
/// for it, and so was what is written after that look. Any thread.
class stop_line {
public:
  /// Draws the line of session `start_ms`.
  /// @param when Called in here, before anyone can look again: returns the
  ///        end, UTC ms on the session clock, not before the present.
  /// @returns The end.
  template <class F>
  int64_t draw(int64_t start_ms, F when) {
    std::lock_guard<std::mutex> guard{mutex_};
    stop_ms_ = when();
    start_ms_ = start_ms;
    return stop_ms_;
  }

  /// @returns The end of session `start_ms`, UTC ms; 0 while it has none.
  int64_t of(int64_t start_ms) const {
    std::lock_guard<std::mutex> guard{mutex_};
    return start_ms_ == start_ms ? stop_ms_ : 0;
  }

private:
  mutable std::mutex mutex_;
  int64_t start_ms_ = 0;
  int64_t stop_ms_ = 0;
};

using stop_line_ptr = std::shared_ptr<stop_line>;

} // namespace camnode
