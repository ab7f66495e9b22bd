#pragma once

#include <cstdint>
#include <ctime>

namespace camnode {

/// Reads a POSIX clock, in nanoseconds. Callable from any thread.
inline int64_t read_clock_ns(clockid_t id) {
  timespec t;
  clock_gettime(id, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// The clock that frames are stamped with where they are captured:
/// CLOCK_BOOTTIME, as libcamera's SensorTimestamp is on it. It never steps and
/// goes on while the machine sleeps; its zero means nothing to other machines.
inline int64_t capture_clock_ns() {
  return read_clock_ns(CLOCK_BOOTTIME);
}

/// The clock that a client places frames and readings on: CLOCK_MONOTONIC.
inline int64_t client_clock_ns() {
  return read_clock_ns(CLOCK_MONOTONIC);
}

/// UTC since the epoch. May step at any time: for information and for tying
/// a session to the calendar once, never for differences.
inline int64_t utc_clock_ns() {
  return read_clock_ns(CLOCK_REALTIME);
}

} // namespace camnode
