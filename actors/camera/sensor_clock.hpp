#pragma once

#include <cstdint>
#include <optional>

namespace camnode {

/// The same instant on the clocks that cameras stamp frames with.
struct clock_reading {
  int64_t boot_ns;      ///< CLOCK_BOOTTIME, `capture_clock_ns`.
  int64_t monotonic_ns; ///< CLOCK_MONOTONIC.
};

/// Places a camera's time stamp on `capture_clock_ns`. Some drivers use
/// CLOCK_MONOTONIC, which differs once the machine has slept; some no clock at
/// all.
/// @param stamp_ns As the camera gave it.
/// @param now When the frame was complete.
/// @returns The stamp on `capture_clock_ns`; nothing if it is none of the last
///          10 s on any of these clocks.
inline std::optional<int64_t> on_capture_clock(int64_t stamp_ns,
                                               const clock_reading& now) {
  constexpr int64_t most_age_ns = 10'000'000'000;
  constexpr int64_t reading_ns = 1'000'000; // Between the readings of `now`.
  auto recent = [&](int64_t now_ns) {
    return stamp_ns <= now_ns && stamp_ns > now_ns - most_age_ns;
  };
  // CLOCK_BOOTTIME is ahead by what the machine has slept: a stamp of it is in
  // the future of CLOCK_MONOTONIC.
  auto slept_ns = now.boot_ns - now.monotonic_ns;
  if (slept_ns > reading_ns && recent(now.monotonic_ns))
    return stamp_ns + slept_ns;
  if (recent(now.boot_ns))
    return stamp_ns;
  return std::nullopt;
}

} // namespace camnode
