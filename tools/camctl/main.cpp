#include "tools/camctl/align/align_command.hpp"
#include "tools/camctl/command.hpp"
#include "tools/camctl/export_command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/node_query.hpp"
#include "tools/camctl/sessions.hpp"
#include "tools/camctl/verify/verify_command.hpp"
#include "tools/camctl/wording.hpp"

#include "messages/name_hint.hpp"
#include "nodes/running/version.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

namespace camctl {

namespace {

/// Every command, in the order of `camctl --help`.
const std::vector<command>& commands() {
  static const std::vector<command> result{
    {"tree", "draws a node's actors, and what they own", run_tree},
    {"ps", "lists a node's actors", run_ps},
    {"top", "shows what they do, live", run_top},
    {"show", "all of one actor", run_show},
    {"servers", "the servers that a client knows", run_servers},
    {"record", "starts or stops recording, or tells of it", run_record},
    {"mark", "sets a marker in the session that is recorded", run_mark},
    {"console", "where a browser finds a client's page, and gets in",
     run_console},
    {"kill", "ends an actor, which is then started again", run_kill},
    {"log-level", "changes what a node logs", run_log_level},
    {"metrics", "a node's figures as Prometheus text", run_metrics},
    {"sessions", "lists what there is in a data folder", run_sessions},
    {"verify", "checks a data folder: what is there, lost or damaged",
     run_verify},
    {"align", "puts frames and readings of a session side by side", run_align},
    {"export", "makes a film of each camera of a session, and tables",
     run_export},
  };
  return result;
}

std::string help() {
  std::string result = "Usage: camctl COMMAND [OPTION ...]\n\nCommands:\n";
  for (const auto& x : commands())
    result += "  " + x.name + std::string(12 - x.name.size(), ' ') + x.summary
              + "\n";
  return result
         + "\ncamctl COMMAND --help says more of each, and which options it takes.\n\n"
         + node_options_help({"all", "json", "watch"});
}

/// Options that may stand in front of any command.
const std::vector<std::string>& front_options() {
  static const std::vector<std::string> result{"--all",     "--json",
                                               "--watch",   "--node",
                                               "--timeout", "--token-file",
                                               "--ca",      "--help",
                                               "--version"};
  return result;
}

int complain(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& x : commands())
    names.push_back(x.name);
  auto want = "want " + camnode::any_of_text(names);
  names.insert(names.end(), {"--help", "--version"});
  auto belongs_to_record = name == "start" || name == "stop"
                           || name == "status";
  std::cerr << "camctl: there is no command '" << printable(name) << "'; "
            << (belongs_to_record ? "did you mean record " + name + "?"
                                  : camnode::name_hint(name, names, want))
            << "\n";
  return wrong_usage;
}

/// @returns The first of the options in front of a command that is none there;
///          empty if there is no such one.
std::string wrong_front_option(const std::vector<std::string>& words) {
  for (auto& x : words) {
    auto& known = front_options();
    auto name = x.substr(0, x.find('='));
    if (x.compare(0, 2, "--") != 0)
      break;
    if (std::find(known.begin(), known.end(), name) == known.end())
      return name;
  }
  return {};
}

/// Has options in front of a command stand after it.
void move_options_back(std::vector<std::string>& words) {
  std::vector<std::string> options;
  size_t i = 0;
  for (; i < words.size() && words[i].compare(0, 2, "--") == 0; ++i) {
    auto& x = words[i];
    if (x == "--help" || x == "--version")
      return;
    options.push_back(x);
    auto takes_value = x == "--node" || x == "--timeout" || x == "--token-file"
                       || x == "--ca";
    if (takes_value && i + 1 < words.size())
      options.push_back(words[++i]);
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i));
  words.insert(words.end(), options.begin(), options.end());
}

int run(std::vector<std::string> words) {
  auto wrong = wrong_front_option(words);
  move_options_back(words);
  if (words.empty()) {
    std::cerr << help();
    return wrong_usage;
  }
  auto name = words.front();
  words.erase(words.begin());
  if (name == "--help" || name == "-h") {
    std::cout << help();
    return all_well;
  }
  if (name == "--version") {
    std::cout << "camctl " << camnode::version() << "\n";
    return all_well;
  }
  for (const auto& x : commands())
    if (x.name == name)
      return x.run(words);
  if (wrong.empty())
    return complain(name);
  std::cerr << "camctl: " << printable(wrong)
            << ": no such option in front of a command; "
            << camnode::name_hint(wrong, front_options(), "see camctl --help")
            << "\n";
  return wrong_usage;
}

} // namespace

} // namespace camctl

int main(int argc, char** argv) {
  try {
    return camctl::run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cerr << "camctl: " << e.what() << "\n";
    return camctl::failed;
  }
}
