#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// One setting in a configuration file.
struct ini_setting {
  std::string key; ///< With its section: `stream.port`.
  std::string value;
  int line; ///< From 1.
};

/// What a configuration file says, up to the first line that makes no sense.
struct ini_content {
  std::vector<ini_setting> settings;
  int bad_line = 0; ///< 0 if all lines are fine.
};

/// Parses `[section]`, `key=value` and comment lines, which start with `#` or
/// `;`. A `#` further on in a line is part of the value, as in `sensor/#`;
/// Boost's own parser would take it for a comment. Blanks around keys and
/// values do not count, nor does a byte order mark at the start.
ini_content parse_ini(std::string_view text);

} // namespace camnode
