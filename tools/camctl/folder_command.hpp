#pragma once

#include "tools/camctl/arguments.hpp"

#include <caf/error.hpp>

#include <optional>
#include <string>
#include <vector>

namespace camctl {

/// A command that works on a data folder and asks no node.
struct folder_command {
  const char* name;
  const char* usage; ///< `--help`.
  std::vector<std::string> flags;
  std::vector<std::string> valued = {};
  bool several = false; ///< Whether it takes more than one folder.

  /// Reads the arguments: options, and the folder as the only word, or several
  /// of them. Answers `--help`.
  /// @returns The exit code where there is nothing more to do.
  std::optional<int> read(const std::vector<std::string>& given,
                          arguments& out) const;

  /// Complains in one line on stderr. @returns `wrong_usage`.
  int complain(const std::string& what) const;

  /// Complains with the text of an error alone: its kind ("open failed") says
  /// less than that.
  int complain(const caf::error& x) const;

  /// Says something beside the result, in one line on stderr.
  void note(const std::string& text) const;
};

} // namespace camctl
