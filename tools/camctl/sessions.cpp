#include "tools/camctl/sessions.hpp"

#include "tools/camctl/command.hpp"
#include "tools/camctl/folder_command.hpp"
#include "tools/camctl/verify/session_list.hpp"

#include <iostream>

namespace camctl {

namespace {

constexpr auto usage = R"(Usage: camctl sessions DIR [--json]

Lists the sessions of a data folder in the order of their starts: when, label,
length, cameras, sensors, size, and the verdict as far as manifests and the
names of files tell it. No film is read: camctl verify does that. A manifest
that cannot be read is named. Changes nothing.

  --json        print the result as JSON

Exit status: 0 listed; 1 a manifest cannot be read; 2 wrong usage, or no such
folder.
)";

} // namespace

int run_sessions(const std::vector<std::string>& given) {
  const folder_command command{"sessions", usage, {"json"}};
  arguments x;
  if (auto done = command.read(given, x))
    return *done;
  auto result = camnode::list_sessions(x.words[0]);
  if (!result)
    return command.complain(result.error());
  std::cout << (x.has("json") ? camnode::render_json(*result)
                              : camnode::render_text(*result));
  return result->unreadable.empty() ? all_well : failed;
}

} // namespace camctl
