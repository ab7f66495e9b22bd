#pragma once

#include "messages/frame.hpp"
#include "messages/wire/multipart.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// What the peer at the other end of a stream connection speaks.
enum class stream_protocol : uint8_t {
  undecided, ///< Fewer than four bytes have come, or none of the two.
  http,      ///< HTTP/1 with one JPEG per part: PROTOCOL.md, section 2.
  legacy,    ///< Each JPEG after its length: PROTOCOL.md, section 3.
};

/// A JPEG as it came, and what the peer said about it.
struct decoded_frame {
  frame_bytes jpeg; ///< Full: its size is its capacity.
  part_head head;   ///< From a legacy server, the length only.
};

/// Memory that bytes from the peer may be written to.
struct writable_span {
  uint8_t* data = nullptr;
  size_t size = 0;
};

/// Cuts what one connection delivers into frames, whichever protocol the peer
/// speaks. Does no I/O. A JPEG is read right into the memory that its frame
/// keeps: only what arrives in one piece with the end of the frame before (at
/// most `look_ahead_bytes`) is copied once.
///
/// Per connection: until it fails or is closed, read into `prepare()`, tell
/// `commit()` how much that was, take frames out of `next()` until there are
/// none. Needs at most one frame of `max_jpeg_bytes` and 16 KiB of memory,
/// whatever the peer sends. Not safe for use by several threads at once.
class stream_decoder {
public:
  /// The most that an HTTP response's header may take.
  static constexpr size_t max_response_head_bytes = 8192;

  /// The most that is read beyond the end of a JPEG.
  static constexpr size_t look_ahead_bytes = 4096;

  /// Where to read to, the first span first: in the middle of a JPEG its rest
  /// and some room for what follows it, else one span. Valid until the next
  /// call of `commit` or `next`. Both are empty after a failure, and as long as
  /// `next` has not been called until it was empty.
  std::array<writable_span, 2> prepare();

  /// Tells how many bytes were read into the spans of the last `prepare`.
  /// @pre `n` is at most their size.
  void commit(size_t n);

  /// The next whole frame. Nothing once more bytes are needed, or after a
  /// failure. A body that does not start with the bytes FF D8 is no JPEG: it is
  /// counted in `broken_frames` and skipped, with what its header said.
  std::optional<decoded_frame> next();

  /// How many bytes the JPEG that is being received still lacks; 0 in between.
  /// Fit for SO_RCVLOWAT: fewer bytes never complete a frame.
  size_t want() const;

  stream_protocol protocol() const {
    return protocol_;
  }

  /// Whether the peer has said who it is: in HTTP, its whole header.
  bool introduced() const {
    return stage_ != stage::detect && stage_ != stage::response_head
           && !failed();
  }

  /// True once the peer has said something that ends the stream.
  bool failed() const {
    return stage_ == stage::failed;
  }

  /// What came, where, and what would have been right, in one line; empty
  /// unless `failed()`.
  const std::string& error() const {
    return error_;
  }

  /// Whether that is since the server wants a token, or another one: 401.
  bool wants_token() const {
    return wants_token_;
  }

  /// Bodies skipped because they are no JPEG.
  uint64_t broken_frames() const {
    return broken_frames_;
  }

  /// Parts of no bytes, which are skipped.
  uint64_t empty_parts() const {
    return empty_parts_;
  }

  /// Bytes that are in no body.
  uint64_t overhead_bytes() const {
    return overhead_bytes_;
  }

  /// The memory of the JPEG that is being received; 0 in between.
  size_t receiving_bytes() const {
    return frame_.jpeg.footprint();
  }

  /// The server's run, if its response named it.
  const std::optional<uint64_t>& epoch() const {
    return epoch_;
  }

  /// The server's id, if its response named it; then 1 to 64 letters, digits
  /// and `._-`.
  const std::string& id() const {
    return id_;
  }

private:
  enum class stage : uint8_t {
    detect,        ///< Waits for four bytes.
    response_head, ///< Waits for the blank line after the HTTP headers.
    part_head,     ///< Waits for the blank line after a part's headers.
    length,        ///< Waits for a legacy header.
    body,          ///< Fills `frame_.jpeg`.
    failed,
  };

  // These consume buffered bytes.
  // @returns false if there are too few, or the stream has failed.
  bool advance();
  bool detect_protocol();
  bool read_response_head();
  bool read_part_head();
  bool read_length();
  void begin_body(const part_head& head);
  void fill_body();
  void skip_blank_lines();

  // These look at one thing of the response's header.
  // @returns false if the stream has failed.
  bool check_status(std::string_view line);
  bool take_response_field(const header_field& x);
  bool take_content_type(std::string_view value);

  /// @param line What stands where a delimiter should.
  bool check_delimiter(std::string_view line);

  /// Ends the stream.
  /// @returns false
  bool fail(std::string why);

  std::string_view buffered() const;
  void consume(size_t n);

  stage stage_ = stage::detect;
  stream_protocol protocol_ = stream_protocol::undecided;
  bool drained_ = true; ///< Whether `next` has seen all that was committed.
  decoded_frame frame_; ///< The one being received.
  uint64_t bodies_ = 0; ///< Begun so far.
  uint64_t broken_frames_ = 0;
  uint64_t empty_parts_ = 0;
  uint64_t overhead_bytes_ = 0;
  std::string boundary_; ///< Without leading dashes.
  std::optional<uint64_t> epoch_;
  std::string id_;
  std::string error_;
  bool wants_token_ = false;
  size_t begin_ = 0; ///< Of the unread bytes in `buffer_`.
  size_t end_ = 0;
  std::array<uint8_t, max_response_head_bytes> buffer_;
};

} // namespace camnode
