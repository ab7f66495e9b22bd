#pragma once

#include "messages/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace camnode {

/// A whole JPEG, cut out of a stream.
struct split_jpeg {
  frame_bytes jpeg;          ///< From the start marker to the end marker.
  int64_t first_byte_ns = 0; ///< Given to the `commit` of its first byte.
  uint16_t width = 0;        ///< From the frame header; 0 if it has none.
  uint16_t height = 0;
};

/// Cuts a byte stream into JPEGs. Bytes are read straight into the buffer that
/// later is the frame; a frame is out as soon as its last byte is in, and only
/// what follows that byte is copied. (Frames of which several fit a read, and
/// those that would leave a third of their buffer unused, are copied instead:
/// that keeps the sum of the buffers near the sum of the pictures.)
///
/// Marker segments are skipped by their length, so that thumbnails and end
/// markers in them end nothing. The cuts depend on the bytes alone, never on
/// how they come in pieces, and no byte is looked at twice.
class jpeg_splitter {
public:
  /// @param max_bytes The longest JPEG to hand out; longer ones are broken.
  explicit jpeg_splitter(size_t max_bytes = max_jpeg_bytes);

  struct room {
    uint8_t* data;
    size_t size;
  };

  /// Memory to read the stream's next bytes into: at least `min_bytes`, as
  /// much as there is. Valid until any other call.
  /// @pre `min_bytes > 0`
  room prepare(size_t min_bytes);

  /// Takes the first `n` bytes of the prepared room into the stream.
  /// @param now_ns When they came, on any clock.
  void commit(size_t n, int64_t now_ns);

  /// The next whole JPEG of what has been committed. Call it until it returns
  /// nothing, as nothing else looks at the bytes.
  std::optional<split_jpeg> next();

  /// The stream is over: a JPEG that lacks its end is broken.
  void finish();

  /// Bytes that went into no JPEG: padding, garbage, and broken JPEGs.
  uint64_t skipped_bytes() const {
    return skipped_;
  }

  /// JPEGs that began and were dropped: a segment made no sense, the end was
  /// missing before the next start, or there were too many bytes.
  uint64_t broken_frames() const {
    return broken_;
  }

  /// Committed bytes whose fate is open.
  size_t pending_bytes() const {
    return buffer_.size() - begin_;
  }

private:
  enum class place { between, marker, scan };
  enum class outcome { more, dropped, starved, whole };

  /// From which byte of the stream on a commit's time holds.
  struct time_mark {
    uint64_t offset;
    int64_t ns;
  };

  outcome find_start();
  outcome walk_marker();
  outcome walk_segment(uint8_t code);
  outcome walk_scan();

  /// Whether `n` bytes from `pos_` on are there and within the size limit;
  /// `more` if so. Drops the JPEG if they cannot be.
  outcome have(size_t n);

  outcome drop_frame();
  void skip_to(size_t offset);
  split_jpeg take();
  frame_bytes cut(size_t size);
  int64_t time_of(size_t offset) const;
  void forget_times();
  void compact();
  size_t usual_capacity() const;

  size_t limit() const {
    return begin_ + max_bytes_;
  }

  const size_t max_bytes_;
  frame_bytes buffer_;
  size_t begin_ = 0; ///< Where the JPEG begins: 0 but within one `next`.
  size_t pos_ = 0;   ///< Scanned up to here; beyond the bytes in a segment.
  place place_ = place::between;
  bool has_scan_ = false;
  int64_t first_byte_ns_ = 0;
  uint16_t width_ = 0;
  uint16_t height_ = 0;
  size_t last_size_ = 0;
  uint64_t base_ = 0; ///< The stream's offset of the buffer's first byte.
  std::vector<time_mark> times_;
  uint64_t skipped_ = 0;
  uint64_t broken_ = 0;
};

} // namespace camnode
