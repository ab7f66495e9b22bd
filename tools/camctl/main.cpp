#include "tools/camctl/align.hpp"
#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/node_query.hpp"
#include "tools/camctl/verify.hpp"

#include "nodes/option.hpp"
#include "nodes/version.hpp"

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
    {"kill", "ends an actor, which is then started again", run_kill},
    {"log-level", "changes what a node logs", run_log_level},
    {"metrics", "a node's figures as Prometheus text", run_metrics},
    {"verify", "checks a data folder: what is there, lost or damaged",
     run_verify},
    {"align", "puts frames and readings of a session side by side", run_align},
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

int complain(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& x : commands())
    names.push_back(x.name);
  std::cerr << "camctl: there is no command '" << name << "'";
  if (!names.empty())
    std::cerr << "; did you mean '" << camnode::nearest_name(name, names)
              << "'?";
  std::cerr << " See camctl --help\n";
  return wrong_usage;
}

/// Has options in front of a command stand behind it.
void move_options_back(std::vector<std::string>& words) {
  std::vector<std::string> options;
  size_t i = 0;
  for (; i < words.size() && words[i].compare(0, 2, "--") == 0; ++i) {
    auto& x = words[i];
    if (x == "--help" || x == "--version")
      return;
    options.push_back(x);
    auto takes_value = x == "--node" || x == "--timeout" || x == "--cert"
                       || x == "--key" || x == "--ca";
    if (takes_value && i + 1 < words.size())
      options.push_back(words[++i]);
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i));
  words.insert(words.end(), options.begin(), options.end());
}

int run(std::vector<std::string> words) {
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
  return complain(name);
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
