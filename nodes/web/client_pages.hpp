#pragma once

#include "actors/base/http_pages.hpp"
#include "actors/shared/fleet.hpp"
#include "nodes/client/client_board.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace camnode {

class actor_directory;
class alarm_board;

/// What a client's pages are made of. All of it outlives them.
struct client_page_sources {
  std::string id; ///< Of the client.
  std::shared_ptr<const fleet> cameras;
  std::shared_ptr<const client_board> board;
  const actor_directory* directory = nullptr;
  const alarm_board* alarms = nullptr;
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
};

/// Below this, the disk that recordings go to counts as full: 100 MiB.
constexpr uint64_t least_free_bytes = uint64_t{100} << 20;

/// All that is wrong with the client, in one line; empty if nothing is.
std::string client_trouble(const client_page_sources& x);

/// `/`, `/status`, `/healthz` and `/metrics`. Any thread.
std::map<std::string, std::function<http_page()>>
client_pages(const client_page_sources& x);

} // namespace camnode
