#pragma once

#include "actors/shared/fleet.hpp"
#include "nodes/client/client_board.hpp"
#include "nodes/inspection/node_figures.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// What a client's figures are read from. All of it outlives whoever looks.
struct client_sources {
  std::string id; ///< Of the client.
  std::shared_ptr<const fleet> cameras;
  std::shared_ptr<const client_board> board;
  const actor_directory* directory = nullptr;
  const alarm_board* alarms = nullptr;
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
};

/// Below this, the disk that recordings go to counts as full: 100 MiB.
constexpr uint64_t least_free_bytes = uint64_t{100} << 20;

/// Its parts are the servers that it deals with, each with its connection,
/// clock, ring and books; and the sensors and markers. Any thread.
std::unique_ptr<const node_figures> look_at_client(const client_sources& x);

} // namespace camnode
