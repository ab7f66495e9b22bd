#pragma once

#include "messages/frame.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace camnode {

/// What RECORDER asks of a muxer: one open piece. All calls may block on the
/// disk. Destroying it without `close` leaves the `.part` file as it is,
/// for the repair.
class piece_writer {
public:
  virtual ~piece_writer() = default;

  /// Appends a frame at `capture_ns` of the session clock (UTC ns).
  /// @param flags What the index says of it: those of `x`, perhaps more.
  /// @param moved_ns What `capture_ns` is later than `x` has it; the times in
  ///        the index are off by as much more.
  /// @pre `capture_ns` grows from call to call and is not before the start.
  /// @returns `ec::write_failed`, or `ec::bad_message` for a JPEG that does not
  ///          fit the film (other size in pixels).
  virtual caf::error append(const frame& x, int64_t capture_ns, uint32_t flags,
                            int64_t moved_ns)
    = 0;

  /// Promises that all appended frames survive a power cut.
  /// @returns `ec::sync_failed`; then what was appended since the last promise
  ///          is taken back, and nothing can be appended any more.
  virtual caf::error sync() = 0;

  /// Completes the files and gives them their final names; removes them if
  /// there is no frame in them.
  /// @param end_ms The end in the name, UTC ms.
  /// @returns An error of `append` or `sync`; then only `close` may follow.
  virtual caf::error close(int64_t end_ms) = 0;
};

using piece_writer_ptr = std::unique_ptr<piece_writer>;

/// Opens the piece that starts at `start_ms` (UTC ms) and holds frames of
/// `width` x `height` pixels.
using open_piece = std::function<caf::expected<piece_writer_ptr>(
  int64_t start_ms, uint16_t width, uint16_t height)>;

} // namespace camnode
