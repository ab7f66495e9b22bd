#pragma once

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace camnode {

struct align_options {
  std::filesystem::path dir; ///< `data.dir`.
  std::string session;       ///< Start, label or manifest's name.
  std::string reference;     ///< A camera's id; empty: the first one.

  /// What is further away from a reference frame stays empty.
  int64_t tolerance_ns = std::numeric_limits<int64_t>::max();

  /// Whether numbers of sensors are taken on the line between two readings.
  bool interpolate = false;

  /// Called with each piece of the table. @returns false to give up.
  std::function<bool(std::string_view)> write;

  /// Called now and then with the rows written, and how many there will be.
  /// May be empty.
  std::function<void(uint64_t done, uint64_t all)> on_progress;
};

struct align_result {
  std::string reference;
  uint64_t rows = 0;
  std::vector<std::string> faults; ///< What could not be read, one line each.

  /// On which of several sessions was meant, and on markers that no row has,
  /// one line each.
  std::vector<std::string> notes;
};

/// Puts the frames of all cameras and the values of all sensors of a session
/// side by side: one row for each frame of the reference camera. All times are
/// on the session clock. The columns, after a header, are:
///
/// - `time_ns` (UTC), `<camera>.file`, `<camera>.frame`, `<camera>.error_ns`
///   of the reference, its error being what its place in time is off by at
///   most,
/// - for each other camera its nearest frame: `.file`, `.frame`, `.dt_ns` (its
///   time minus the row's) and `.error_ns`, what `dt_ns` is off by at most;
///   empty where one of both has no capture time,
/// - for each key of each sensor: `<topic>.<key>` and `<topic>.<key>.dt_ns`,
/// - if there are markers: `marker`, the texts of those after the row before,
/// up
///   to this one, with ` | ` between them, and `marker.dt_ns` of the last one.
///
/// Needs memory for a row and a minute of readings, however long the session
/// is.
/// @returns `ec::open_failed` if there is no such folder, session or camera,
///          `ec::write_failed` if `write` gave up.
caf::expected<align_result> align_session(const align_options& options);

} // namespace camnode
