#pragma once

#include <string>
#include <vector>

namespace camctl {

/// What the commands exit with.
enum exit_code : int {
  all_well = 0,
  failed = 1, ///< Also `verify`: losses, all of them named.
  wrong_usage = 2,
  damaged = 3, ///< `verify`, `export --check`: files are not what they were.
};

/// One command: a row of the table in main.cpp.
struct command {
  std::string name;
  std::string summary; ///< One line, for `camctl --help`.

  /// @param arguments What stands after the command's name. `--help` is the
  ///        command's own business.
  /// @returns An `exit_code`.
  int (*run)(const std::vector<std::string>& arguments);
};

} // namespace camctl
