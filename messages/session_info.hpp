#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// One session, as everyone who records needs to know it. The session clock
/// is the client's monotonic clock, tied to UTC once, at the start:
/// UTC = `start_ms` + (monotonic - `anchor_mono_ns`).
struct session_info {
  int64_t start_ms = 0;       ///< UTC ms; 0 means: no session.
  int64_t anchor_mono_ns = 0; ///< `client_clock_ns` at `start_ms`.
  int64_t segment_ms = 0;
  int64_t stop_ms = 0; ///< UTC ms on the session clock; 0: not stopped yet.
  int64_t due_ms = 0;  ///< When it stops by itself; 0: on command only.
  std::string label;
  bool forced = false; ///< Goes on until the disk is full.

  /// What it is remembered with (JSON), as `read_metadata` gives it.
  std::string metadata = {};

  /// With a stop: the node is ending, so nobody waits for cameras that are
  /// away.
  bool hurry = false;

  bool exists() const {
    return start_ms != 0;
  }

  /// Whether it has begun and is not stopped.
  bool open() const {
    return exists() && stop_ms == 0;
  }

  /// @param client_ns An instant of `client_clock_ns`.
  /// @returns The same instant on the session clock, UTC ns.
  int64_t session_ns(int64_t client_ns) const {
    return start_ms * 1'000'000 + (client_ns - anchor_mono_ns);
  }

  /// @param session_ms UTC ms on the session clock.
  /// @returns The same instant of `client_clock_ns`.
  int64_t client_ns(int64_t session_ms) const {
    return anchor_mono_ns + (session_ms - start_ms) * 1'000'000;
  }
};

} // namespace camnode

// It never leaves its process: CAF needs no code to write it.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camnode::session_info)
