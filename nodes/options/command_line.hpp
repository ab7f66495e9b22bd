#pragma once

#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// A value as it was given, and where.
struct given_value {
  std::string name;
  std::string text;
  std::string where;
  bool in_file = false; ///< Or on the command line.
};

/// What the command line says, before it is known what the names mean.
struct command_line {
  std::optional<std::string> role;
  std::optional<std::string> config;
  bool help = false;
  bool version = false;
  bool list_cameras = false;
  std::vector<given_value> values;
  std::string error; ///< Empty, or all that counts.
};

command_line read_command_line(int argc, const char* const* argv);

/// What `--help` prints.
std::string help_text();

} // namespace camnode
