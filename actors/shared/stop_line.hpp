#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

namespace camnode {

/// Where sessions end, for those who write them. The message about a stop takes
/// its time through mailboxes; the line is seen at once. A writer that checks
/// the line before every frame or reading never stores one from after the stop,
/// however long any thread was held up: if it finds no line, the frame was
/// captured before the clock was read for the line. The last `max_lines` are
/// kept, for a writer that is still at an earlier session. Any thread.
class stop_line {
public:
  /// Draws the line of session `start_ms`.
  /// @param when Called in here, before anyone can look again: returns the
  ///        end, UTC ms on the session clock, not before the present.
  /// @returns The end.
  template <class F>
  int64_t draw(int64_t start_ms, F when) {
    std::lock_guard<std::mutex> guard{mutex_};
    line x{start_ms, when()};
    if (lines_.size() >= max_lines)
      lines_.pop_front();
    lines_.push_back(x);
    return x.stop_ms;
  }

  /// @returns The end of session `start_ms`, UTC ms; 0 while it has none, or
  ///          after `max_lines` others.
  int64_t of(int64_t start_ms) const {
    std::lock_guard<std::mutex> guard{mutex_};
    auto x = std::find_if(lines_.rbegin(), lines_.rend(), [=](const auto& y) {
      return y.start_ms == start_ms;
    });
    return x == lines_.rend() ? 0 : x->stop_ms;
  }

  static constexpr size_t max_lines = 16;

private:
  struct line {
    int64_t start_ms;
    int64_t stop_ms;
  };

  mutable std::mutex mutex_;
  std::deque<line> lines_; ///< In the order in which they were drawn.
};

using stop_line_ptr = std::shared_ptr<stop_line>;

} // namespace camnode
