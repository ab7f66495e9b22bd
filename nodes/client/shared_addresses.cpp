#include "nodes/client/shared_addresses.hpp"

#include <algorithm>

namespace camnode {

bool holds_its_place(const fleet_member& x, bool present,
                     const server_info& by) {
  auto viewer = x.board->look();
  auto& id = x.server.announced_id;
  if (viewer.connected && viewer.told_id.empty())
    return viewer.legacy && !by.legacy;
  if (id.empty() || by.announced_id.empty() || id == by.announced_id)
    return false;
  return present || viewer.connected;
}

std::vector<std::pair<std::string, server_info>>
doubles_in(const std::vector<fleet_member>& all) {
  std::vector<server_info> known; // By what they say themselves.
  std::vector<server_info> others;
  for (auto& x : all) {
    auto viewer = x.board->look();
    if (!viewer.connected)
      continue;
    auto is_known = !viewer.told_id.empty() && !x.server.announced_id.empty();
    (is_known ? known : others).push_back(x.as_connected());
  }
  std::vector<std::pair<std::string, server_info>> result;
  for (auto& x : others) {
    auto i = std::find_if(known.begin(), known.end(),
                          [&](auto& y) { return same_address(x, y); });
    if (i != known.end())
      result.emplace_back(x.id, *i);
  }
  return result;
}

} // namespace camnode
