#include "tools/camctl/command.hpp"
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
    {"verify", "checks a data folder: what is there, lost or damaged",
     run_verify},
  };
  return result;
}

std::string help() {
  std::string result = "Usage: camctl COMMAND [OPTION ...]\n\nCommands:\n";
  for (const auto& x : commands())
    result += "  " + x.name + std::string(12 - x.name.size(), ' ') + x.summary
              + "\n";
  return result + "\ncamctl COMMAND --help says more of each.\n";
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

int run(std::vector<std::string> words) {
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
