#pragma once

#include "actors/base/http_pages.hpp"
#include "nodes/client/client_board.hpp"
#include "nodes/inspection/node_figures.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace camnode {

/// `/`, `/status`, `/healthz` and `/metrics`. Any thread.
std::map<std::string, std::function<http_page()>>
client_pages(const look_at_node& look,
             const std::shared_ptr<const client_board>& board);

} // namespace camnode
