#pragma once

#include <cstdint>
#include <string>

namespace camnode {

// How instants, durations, sizes and runs are put for people. Instants are UTC
// on whatever clock they were taken from, as the session clock. Any number is
// safe. Exact numbers are for programs, and stay in JSON.

/// An instant by the machine's local time: `14:03:07.250`, with its date in
/// front, `2026-11-29 14:03:07.250`, where that is another day than `near_ns`.
std::string time_text(int64_t utc_ns, int64_t near_ns);

/// The time of day, with its date where that is not today's.
std::string time_text(int64_t utc_ns);

/// Date, time and zone on this machine, to the second:
/// `2026-11-30 14:03:07 +0100`.
std::string date_text(int64_t utc_ms);

/// An instant in the form that files have, the same on every machine:
/// `2026-11-30T13:03:07.250Z`.
std::string utc_text(int64_t utc_ns);

/// `2 d 1 h`, `3 h 12 min`, `12 min 5 s`, `5.2 s`, `340 ms`, `1.5 ms`,
/// `12 us`; `-` in front of what is negative.
std::string duration_text(int64_t ns);

/// `12.3 MB`, with the unit that leaves one to three digits before the point;
/// `17 bytes`.
std::string bytes_text(uint64_t bytes);

/// `1 frame`, `3 frames`.
/// @param noun Its plural ends in s.
std::string count_text(uint64_t n, const char* noun);

/// A short name for a run of a server: the last six hexadecimal digits of its
/// number. Two runs of one camera hardly ever share one.
std::string run_text(uint64_t epoch);

} // namespace camnode
