#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace camnode {

/// The start markers within the segments of a JPEG's header: of thumbnails, or
/// of the next picture, where a length is damaged. Pure, not thread safe.
class inner_starts {
public:
  bool empty() const {
    return starts_.empty();
  }

  /// Where the first one is. @pre `!empty()`
  size_t first() const {
    return starts_.front().begin;
  }

  /// Where the segment of the last one ends. @pre `!empty()`
  size_t last_end() const {
    return starts_.back().end;
  }

  /// There is one at `begin`, the first in a segment that ends at `end`.
  void add(size_t begin, size_t end) {
    starts_.push_back({begin, end});
  }

  void clear() {
    starts_.clear();
  }

  /// All offsets are less by `n` from now on.
  void move(size_t n);

  /// Forgets that in the segment that ends at `end`, where a marker follows,
  /// if it is that of a whole thumbnail.
  void trust_thumbnail(const uint8_t* data, size_t end);

  /// Whether one of them is the next picture rather than a thumbnail: its end
  /// is not in its segment, and it has a sound header.
  /// @param header_end Where the header of the picture around it ends.
  bool has_picture(const uint8_t* data, size_t header_end) const;

private:
  struct start {
    size_t begin;
    size_t end;
  };

  std::vector<start> starts_;
};

} // namespace camnode
