#include "tools/camctl/choice.hpp"

#include "tools/camctl/wording.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace camctl {

caf::expected<answer> choose(std::vector<answer> nodes,
                             const folder_list& folders) {
  auto is_client = [](const answer& x) { return x.report.role == "client"; };
  auto servers = std::stable_partition(nodes.begin(), nodes.end(), is_client);
  auto has_client = servers != nodes.begin();
  if (has_client)
    nodes.erase(servers, nodes.end());
  if (nodes.size() == 1)
    return std::move(nodes.front());
  std::string names;
  for (auto& x : nodes)
    names += (&x == &nodes.front()  ? ""
              : &x == &nodes.back() ? " and "
                                    : ", ")
             + short_text(x.at, folders);
  return caf::make_error(camnode::ec::unavailable,
                         printable(std::string{"there are several "}
                                   + (has_client ? "clients" : "servers")
                                   + " here: " + names
                                   + "; say which with --node "
                                   + short_text(nodes.front().at, folders)));
}

} // namespace camctl
