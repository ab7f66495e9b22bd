#pragma once

#include "actors/base/trouble_note.hpp"
#include "actors/session/camera_state.hpp"
#include "actors/session/disk_guard.hpp"
#include "actors/shared/sensor_board.hpp"
#include "messages/session_info.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// A late session, and who has not finished it.
struct late_report {
  int64_t session_ms = 0;
  std::vector<std::string> who; ///< Has not finished it; empty: its manifest.
};

/// What a client's recording is at one instant: all that the truth light and
/// the manifest are made of.
struct session_view {
  std::string client;
  std::string version;
  std::string
    state; ///< `idle`, `recording`, `stopping`; `finished` in a manifest.
  session_info session;
  std::string last_error; ///< Of the last command, or of the session itself.
  trouble_note::past last_trouble;            ///< `last_error` of before.
  std::map<std::string, std::string> missing; ///< Since when, by id.
  std::vector<std::string> not_as_last_time;  ///< See `roll_call`.
  uint64_t commands_refused = 0;
  int64_t now_ns = 0; ///< `client_clock_ns`.
  int64_t utc_ms = 0; ///< By the client's clock.
  std::vector<fleet_member> cameras;
  std::map<std::string, uint32_t> restarts; ///< By actor.

  /// What is wrong with the life of actors, by their names.
  std::map<std::string, std::string> alarms;
  sensor_board::topics sensors; ///< Markers among them.
  sensor_board::marker_news markers;
  uint64_t readings_outside = 0; ///< Of sessions, since the client started.
  std::string sensor_error;
  trouble_note::past sensor_trouble; ///< `sensor_error` of before.
  std::vector<broker_outage> outages;
  std::vector<late_report> late; ///< Earlier sessions.
  disk_figures disk;
  std::string boot_id;             ///< Which run of the machine this is.
  std::vector<int64_t> resumed_ms; ///< When the session was resumed.
  std::string interrupted;         ///< Why it was not; empty: it was, or is.
};

/// How long ago a camera's newest bytes must have become durable for it to
/// count as recording, besides the time from one frame to the next. Frames
/// become durable every 0.5 s; with the time to look and to tell, the light is
/// right within 2 s.
constexpr int64_t truth_window_ns = 1'200'000'000;

/// What a camera really does, from durable bytes alone: `idle`, `starting`
/// (the session is younger than the window), `recording`, `stalled` or
/// `finished`.
/// @param pause_ns How long the camera may be silent (`expected_pause_ns`).
std::string camera_truth(const ledger_figures& x, const session_info& session,
                         int64_t now_ns, int64_t pause_ns = 0);

/// How often nobody knows what the camera captured: each time that another run
/// of its server, or a stream without numbers, went on, and at the end.
uint64_t unknown_breaks(const ledger_figures& x);

/// The books of the session that is told of: empty ones where the camera has
/// only those of an earlier one. Without a session, those of the last one.
ledger_figures books_of(const camera_look& x, const session_info& session);

/// The truth light, as JSON.
std::string render_truth(const session_view& x);

/// What must be told at once when it changes: states, losses, errors.
std::string truth_digest(const session_view& x);

/// What the manifest must not lack, as files do not tell it: cameras and
/// sensors, losses, and other runs of servers.
std::string manifest_digest(const session_view& x);

} // namespace camnode
