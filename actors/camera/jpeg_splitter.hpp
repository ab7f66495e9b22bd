#pragma once

#include "actors/camera/inner_starts.hpp"
#include "actors/camera/time_marks.hpp"
#include "messages/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace camnode {

/// A whole JPEG, cut out of a stream.
struct split_jpeg {
  frame_bytes jpeg;          ///< From the start marker to the end marker; to
                             ///< the next picture where there is none.
  int64_t first_byte_ns = 0; ///< Given to the `commit` of its first byte.
  uint16_t width = 0;        ///< From the frame header; 0 if it has none.
  uint16_t height = 0;
};

/// Cuts a byte stream into JPEGs, as forgiving as decoders are. Bytes are read
/// straight into the buffer that later is the frame; a frame is out as soon as
/// its last byte is in, and only what follows that byte is copied. (Frames of
/// which several fit a read, and those that would leave a third of their buffer
/// unused, are copied instead: that keeps the sum of the buffers near the sum
/// of the pictures.)
///
/// A picture ends with its end marker. One that has none ends where the next
/// one starts, or, if the one before had none either, with a rest of the
/// source or the end of the stream. Bytes between header segments, and a start
/// marker that is there twice, do no harm.
///
/// What is in a marker segment ends nothing. A start marker in there that is
/// not that of a whole thumbnail may be the next picture, which a damaged
/// length swallowed: if it has a sound header, the picture around it is the
/// broken one, and the stream is looked at again from there on. But for that,
/// no byte is looked at twice. The cuts depend on the bytes and the rests
/// alone, never on how the bytes come in pieces.
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

  /// The source is silent: the next call of `next` hands out a picture that
  /// may lack nothing but its end marker.
  void rest();

  /// The stream is over: `next` hands out what is left. What cannot be a
  /// picture is broken. Bytes that are committed after that begin a new stream.
  void finish();

  /// Whether `rest` would end a picture.
  bool waits_for_rest() const {
    return rests_end_ && may_be_whole();
  }

  /// Bytes that went into no JPEG: padding, garbage, and broken JPEGs.
  uint64_t skipped_bytes() const {
    return skipped_;
  }

  /// JPEGs that began and were dropped. A start marker in what a broken one
  /// left is not counted again, unless a header follows it.
  uint64_t broken_frames() const {
    return broken_;
  }

  /// Why the last broken JPEG was dropped, in words.
  const char* broken_reason() const {
    return reason_;
  }

  /// Committed bytes whose fate is open.
  size_t pending_bytes() const {
    return buffer_.size() - begin_;
  }

private:
  enum class place { between, marker, segment, scan };
  enum class outcome { more, dropped, starved, whole };
  enum class end { none, rest, stream };

  outcome step();
  outcome find_start();
  outcome walk_marker();
  outcome skip_gap();
  outcome begin_segment(uint8_t code);
  outcome walk_segment();
  outcome end_segment();
  outcome walk_scan();
  outcome start_within();
  outcome end_here();

  /// Whether `n` bytes from `pos_` on are there and within the size limit;
  /// `more` if so. Drops the JPEG if they cannot be.
  outcome have(size_t n);

  /// Gives up the picture. Its bytes are looked at again from the first start
  /// marker on that it may have swallowed.
  outcome drop_frame(const char* reason);

  /// Whether the picture may lack nothing but its end marker.
  bool may_be_whole() const;
  bool is_rest_of_broken() const;
  void skip_to(size_t offset);
  split_jpeg take();
  frame_bytes cut(size_t size);
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
  end end_ = end::none; ///< What the bytes so far end with.

  // Of the present picture:
  size_t segment_end_ = 0; ///< Of the newest one.
  uint8_t segment_ = 0;    ///< Its marker.
  size_t gap_bytes_ = 0;   ///< Between its segments.
  bool has_segment_ = false;
  bool has_header_ = false; ///< A segment was followed by the next one.
  bool has_frame_ = false;
  bool has_scan_ = false;
  bool has_end_ = false;
  inner_starts inner_;
  int64_t first_byte_ns_ = 0;
  uint16_t width_ = 0;
  uint16_t height_ = 0;

  // Of the stream:
  bool in_step_ = true;      ///< The last picture was whole.
  bool ends_marked_ = false; ///< It had an end marker. Not before the first.
  bool rested_ = false;      ///< A rest ended it.
  bool rests_end_ = true;    ///< No rest has cut a picture.
  uint16_t last_width_ = 0;
  uint16_t last_height_ = 0;
  size_t last_size_ = 0;
  uint64_t claimed_until_ = 0; ///< The stream's offset after the segments of
                               ///< a picture that turned out to be broken.
  uint64_t base_ = 0; ///< The stream's offset of the buffer's first byte.
  time_marks times_;
  uint64_t skipped_ = 0;
  uint64_t broken_ = 0;
  const char* reason_ = "";
};

} // namespace camnode
