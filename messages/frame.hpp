#pragma once

#include "messages/frame_memory.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace camnode {

/// The largest JPEG that any part of camnode accepts: 16 MiB. A 4:2:0 JPEG of
/// 64 megapixels at quality 90 stays below it.
constexpr size_t max_jpeg_bytes = size_t{16} << 20;

/// Uninitialised bytes that a frame owns: what a socket or an encoder writes
/// into, once. Moved, never copied.
class frame_bytes {
public:
  frame_bytes() = default;

  /// Allocates `capacity` bytes, of which none is in use yet.
  explicit frame_bytes(size_t capacity)
    : data_(frame_memory::shared().take(capacity)), capacity_(capacity) {
  }

  uint8_t* data() {
    return data_.get();
  }

  const uint8_t* data() const {
    return data_.get();
  }

  /// How many bytes are in use, from the first one on.
  size_t size() const {
    return size_;
  }

  size_t capacity() const {
    return capacity_;
  }

  /// How many bytes of memory it takes.
  size_t footprint() const {
    return data_.get_deleter().bytes;
  }

  bool empty() const {
    return size_ == 0;
  }

  /// @pre `n <= capacity()`
  void resize(size_t n) {
    size_ = n;
  }

private:
  frame_memory::piece data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

/// Where frames can get lost on their way, as manifests and metrics name it.
enum class loss_place : uint8_t {
  none,
  source,      ///< The camera or its program dropped it, or was away.
  encoder,     ///< Captured, but the encoder had no room.
  server_ring, ///< The server's replay ring had to let go of it first.
  network,     ///< It went missing between the server and this client.
  client_ring, ///< The recorder was too far behind the viewer's ring.
  recorder,    ///< The recorder refused it.
  disk,        ///< Written, but the disk did not keep it.
  unknown,     ///< Its number is missing, and nobody noted why: a crash.
  client_rate, ///< The camera sent more than the client takes of one camera.
};

/// How many values `loss_place` has.
constexpr size_t loss_places = 10;

const char* to_string(loss_place x);

/// The inverse of `to_string`; `unknown` for any other text.
loss_place loss_place_of(std::string_view text);

/// What is missing right before a frame: the sequence numbers `first` to
/// `last`, both included. `place` lost most of them; `none`: nothing missing.
struct frame_gap {
  uint64_t first = 0;
  uint64_t last = 0;
  loss_place place = loss_place::none;

  /// The stream was broken off before the frame, and has no numbers: what is
  /// missing besides, nobody knows.
  bool unknown = false;
};

/// One JPEG with its times. Immutable once it is in a ring, and shared from
/// there on: `frame_ptr` is what parts of camnode hand each other.
struct frame {
  /// Properties of a frame, as the `flags` column of the index shows them.
  enum flag : uint32_t {
    receive_time_only = 1, ///< Nobody knows when (a legacy server), or by which
                           ///< clock (yet): captured when received.
    time_adjusted = 2,     ///< Moved forward by us to keep times increasing; by
                           ///< what `offset_error_ns` has more for that.
    rebuilt = 4, ///< The index had no row of it: a repair took what it could
                 ///< from the film. Number and times of arrival are unknown.
    arrival_time = 8, ///< The server does not know when it was captured (a
                      ///< program, a driver without times): when it arrived
                      ///< there.
  };

  uint64_t epoch = 0;          ///< Which run of the server captured it.
  uint64_t sequence = 0;       ///< From 1, without gaps within a run.
  int64_t capture_mono_ns = 0; ///< On the server's `capture_clock_ns`.
  int64_t capture_utc_ns = 0;  ///< For information; the server's UTC.
  int32_t exposure_us = -1;    ///< -1 where the source does not know.
  uint16_t width = 0;
  uint16_t height = 0;
  uint32_t flags = 0;

  // Known to the receiving client only:
  int64_t receive_ns = 0;      ///< Last byte's arrival, `client_clock_ns`.
  int64_t offset_ns = 0;       ///< Add to `capture_mono_ns` for client time.
  int64_t offset_error_ns = 0; ///< Bound of the error of `offset_ns`. How far
                               ///< off the time of capture is, it bounds only
                               ///< where `has_capture_time`.
  frame_gap gap;               ///< What the viewer knows to be missing.

  frame_bytes jpeg;
};

/// Whether frames with these flags have a time of capture, not of arrival.
constexpr bool has_capture_time(uint32_t flags) {
  return (flags
          & (frame::receive_time_only | frame::rebuilt | frame::arrival_time))
         == 0;
}

using frame_ptr = std::shared_ptr<const frame>;

} // namespace camnode
