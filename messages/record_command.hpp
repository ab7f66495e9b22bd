#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// Starts or stops a session.
struct record_command {
  bool start = false;
  std::string label;       ///< `[A-Za-z0-9._-]{0,64}`. Of a stop: what is
                           ///< meant; empty: whatever is recorded.
  int64_t duration_ms = 0; ///< Stops by itself after this; 0: on command only.
  bool force = false;      ///< However little room the disk has.

  /// Whichever cameras of `record.expect` are not there.
  bool without_missing = false;

  /// Of a start: what the session is remembered with, as `read_metadata` gives
  /// it.
  std::string metadata = {};
};

} // namespace camnode

// It never leaves its process: CAF needs no code to write it.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camnode::record_command)
