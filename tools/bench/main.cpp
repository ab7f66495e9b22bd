#include "tools/bench/commands.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <string>

namespace {

using namespace camnode::bench;

const std::map<std::string, int (*)(const arguments&)> commands{
  {"source", run_source},   {"floor", run_floor},   {"readers", run_readers},
  {"stuck", run_stuck},     {"serve", run_serve},   {"copy", run_copy},
  {"observe", run_observe}, {"encode", run_encode}, {"split", run_split},
  {"films", run_films},
};

} // namespace

int main(int argc, char** argv) {
  auto command = commands.find(argc > 1 ? argv[1] : "");
  if (command == commands.end()) {
    std::cerr << "camnode-bench: a subcommand, please:";
    for (auto& known : commands)
      std::cerr << ' ' << known.first;
    std::cerr << "; see tools/bench/README.md\n";
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return command->second(arguments{argc - 2, argv + 2});
  } catch (const std::exception& x) {
    std::cerr << "camnode-bench " << command->first << ": " << x.what() << '\n';
    return 1;
  }
}
