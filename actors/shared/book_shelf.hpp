#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace camnode {

/// The books of late sessions, which nobody adds to any more, until their
/// manifests have them. By the `start_ms` of their session. Not thread safe.
template <class Books>
class book_shelf {
public:
  /// Has the books of session `session_ms` put here when others are opened.
  void keep(int64_t session_ms) {
    books_.emplace(session_ms, std::nullopt);
  }

  /// They need not be kept any longer.
  void forget(int64_t session_ms) {
    books_.erase(session_ms);
  }

  /// Takes the books of a session that are to be kept, and no others.
  void put(int64_t session_ms, Books x) {
    auto i = books_.find(session_ms);
    if (i != books_.end())
      i->second = std::move(x);
  }

  /// Null for a session whose books were not put here.
  const Books* find(int64_t session_ms) const {
    auto i = books_.find(session_ms);
    return i == books_.end() || !i->second ? nullptr : &*i->second;
  }

private:
  std::map<int64_t, std::optional<Books>> books_;
};

} // namespace camnode
