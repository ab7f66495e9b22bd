#pragma once

#include "actors/camera/camera_board.hpp"
#include "actors/shared/frame_ring.hpp"
#include "actors/stream_publisher/reader_table.hpp"
#include "nodes/inspection/node_figures.hpp"

#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// What a server's figures are read from. All of it outlives whoever looks.
struct server_sources {
  std::string id; ///< Of the server.
  std::shared_ptr<const camera_board> board;
  std::shared_ptr<const frame_ring> ring;
  std::shared_ptr<const reader_table> readers;
  const actor_directory* directory = nullptr;
  const alarm_board* alarms = nullptr;

  /// What is wrong with the camera; empty while nothing is.
  std::function<std::string()> camera_trouble;
};

/// Its parts are the camera, its ring, and everyone who reads it. Any thread.
std::unique_ptr<const node_figures> look_at_server(const server_sources& x);

} // namespace camnode
