#pragma once

#include "actors/camera/camera_board.hpp"
#include "actors/shared/fleet.hpp"
#include "actors/shared/sensor_board.hpp"
#include "actors/stream_publisher/reader_table.hpp"
#include "messages/node_report.hpp"

#include <cstdint>
#include <vector>

namespace camnode {

// What is seen of a node besides its actors: where frames wait, who reads
// them, and what the books say.

/// A server's camera, its ring, and everyone who reads it.
/// @param now_ns `capture_clock_ns`.
std::vector<part_report> server_part_reports(const camera_board& board,
                                             const frame_ring& ring,
                                             const reader_table& readers,
                                             int64_t now_ns);

/// The servers that a client deals with, each with its connection, clock, ring
/// and books; and the sensors.
/// @param now_ns `client_clock_ns`.
/// @param broker_up Whether the client has a broker.
std::vector<part_report> client_part_reports(const fleet& cameras,
                                             const sensor_board& sensors,
                                             int64_t now_ns, bool broker_up);

} // namespace camnode
