#pragma once

#include "actors/shared/recording_ledger.hpp"
#include "actors/shared/sensor_board.hpp"
#include "actors/shared/viewer_board.hpp"
#include "messages/server_info.hpp"
#include "messages/session_info.hpp"
#include "nodes/recovery/session_rebuilder.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// A camera of a session that goes on.
struct resumed_camera {
  server_info server; ///< Its address is empty where it is not known.
  recording_ledger_ptr ledger;
  viewer_board_ptr board; ///< What was known of its connection and clock.
};

/// A session that an earlier process left, and that goes on.
struct resumed_session {
  session_info session;
  std::vector<int64_t> resumed_ms; ///< All resumptions, this one included.
  std::vector<resumed_camera> cameras;
  sensor_board::topics sensors;
  std::vector<broker_outage> outages; ///< The last one lasts: nobody was there.
  std::map<std::string, uint32_t> restarts; ///< By actor, before this process.
};

/// What it takes to go on with session `x`. Says so in the log; blocks on the
/// disk.
/// @param now_ns `client_clock_ns`.
resumed_session resume_session(const unfinished_session& x,
                               const session_rebuilder& rebuilder,
                               int64_t now_ns);

} // namespace camnode
