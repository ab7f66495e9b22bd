#pragma once

#include "actors/base/file_ops.hpp"
#include "messages/frame.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

namespace camnode::bench {

/// Bytes on their way to readers: a header, and where there is a JPEG after
/// it, that and the delimiter of the next part.
struct part {
  std::string head;
  frame_bytes body;
};

using part_ptr = std::shared_ptr<const part>;

/// One reader's connection, and what it has still to get. Sends in as few
/// calls as the socket lets it: one per part.
class outlet {
public:
  /// @param fd A socket that does not block.
  explicit outlet(unique_fd fd);

  int fd() const {
    return fd_.get();
  }

  void push(part_ptr x);

  /// Sends what the socket takes.
  /// @returns false once the reader is gone.
  bool flush();

private:
  unique_fd fd_;
  std::deque<part_ptr> parts_;
  size_t sent_ = 0; ///< Of the first part.
};

} // namespace camnode::bench
