#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace camnode {

/// An error and what became of it. What is wrong now is told as such; once it
/// is well again, or has been told for long enough, it is the last trouble,
/// with its time. A value; not thread safe.
class trouble_note {
public:
  /// What was wrong, and when it was noted.
  struct past {
    std::string text; ///< Empty: nothing was.
    int64_t at_ns = 0;
  };

  /// The same text again is the same trouble, which lasts.
  void set(std::string text, int64_t now_ns) {
    if (text != now_.text)
      clear();
    now_ = {std::move(text), now_ns};
  }

  /// It is well again.
  void clear() {
    if (!now_.text.empty())
      last_ = std::exchange(now_, past{});
  }

  /// What is an event rather than a state ends as news.
  void age(int64_t now_ns, int64_t longest_ns) {
    if (!now_.text.empty() && now_ns - now_.at_ns > longest_ns)
      clear();
  }

  /// Empty: nothing is wrong.
  const std::string& now() const {
    return now_.text;
  }

  const past& last() const {
    return last_;
  }

private:
  past now_;
  past last_;
};

} // namespace camnode
