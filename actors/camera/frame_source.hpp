#pragma once

#include "messages/frame.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace camnode {

/// One JPEG as a device gave it.
struct captured_frame {
  frame_bytes jpeg;
  int64_t capture_mono_ns = 0; ///< `capture_clock_ns` of the exposure's start,
                               ///< or the nearest the source knows.
  int64_t capture_utc_ns = 0;  ///< UTC at the same instant.
  int32_t exposure_us = -1;    ///< -1 where unknown.
  bool is_timed = true;        ///< Else nobody knows when it was captured, and
                               ///< the times are those when it arrived here.
  uint16_t width = 0;
  uint16_t height = 0;
};

/// What a frame source reports. All are called on threads of the source, one
/// call at a time, and must return at once.
struct source_events {
  std::function<void(captured_frame)> on_frame;

  /// `count` frames existed and could not be delivered.
  std::function<void(loss_place place, uint64_t count)> on_loss;

  /// The source is over, by itself; nothing is called after it.
  std::function<void(caf::error reason)> on_end;
};

/// What CAMERA asks of a device. The destructor stops the device, ends what
/// was started for it, and returns once no event can come any more; it takes
/// less than 2 s.
class frame_source {
public:
  virtual ~frame_source() = default;

  /// Starts delivering. Called once.
  /// @returns `ec::open_failed` or `ec::bad_configuration` with a context
  ///          that says what would be right; then no event is ever called.
  virtual caf::error start(source_events events) = 0;
};

using frame_source_ptr = std::unique_ptr<frame_source>;

} // namespace camnode
