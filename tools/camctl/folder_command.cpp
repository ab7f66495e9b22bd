#include "tools/camctl/folder_command.hpp"

#include "tools/camctl/command.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <iostream>

namespace camctl {

std::optional<int> folder_command::read(const std::vector<std::string>& given,
                                        arguments& out) const {
  auto known = flags;
  known.emplace_back("help");
  out = parse_arguments(given, known, valued);
  if (out.has("help")) {
    std::cout << usage;
    return all_well;
  }
  if (!out.error.empty())
    return complain(out.error);
  auto& words = out.words;
  if (words.empty() || (words.size() > 1 && !several)
      || std::count(words.begin(), words.end(), "") > 0)
    return complain(several ? "want a data folder, or several"
                            : "want one data folder");
  if (out.has("session") && out.value("session").empty())
    return complain("--session: the name is empty; want the start of a session "
                    "in ms, its label, or the name of its manifest");
  return std::nullopt;
}

int folder_command::complain(const std::string& what) const {
  note(what + "; see camctl " + name + " --help");
  return wrong_usage;
}

int folder_command::complain(const caf::error& x) const {
  return complain(camnode::reason_of(x));
}

void folder_command::note(const std::string& text) const {
  std::cerr << "camctl " << name << ": " << text << "\n";
}

} // namespace camctl
