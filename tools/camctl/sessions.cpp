#include "tools/camctl/sessions.hpp"

#include "tools/camctl/arguments.hpp"
#include "tools/camctl/command.hpp"
#include "tools/camctl/reason.hpp"
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

int complain(const std::string& what) {
  std::cerr << "camctl sessions: " << what << "; see camctl sessions --help\n";
  return wrong_usage;
}

} // namespace

int run_sessions(const std::vector<std::string>& given) {
  auto x = parse_arguments(given, {"help", "json"}, {});
  if (x.has("help")) {
    std::cout << usage;
    return all_well;
  }
  if (!x.error.empty())
    return complain(x.error);
  if (x.words.size() != 1 || x.words[0].empty())
    return complain("want one data folder");
  auto result = camnode::list_sessions(x.words[0]);
  if (!result)
    return complain(reason_of(result.error()));
  std::cout << (x.has("json") ? camnode::render_json(*result)
                              : camnode::render_text(*result));
  return result->unreadable.empty() ? all_well : failed;
}

} // namespace camctl
