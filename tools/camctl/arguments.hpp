#pragma once

#include <map>
#include <string>
#include <vector>

namespace camctl {

/// What stands after a command: `--name`, `--name=VALUE` or `--name VALUE`,
/// and words. `-h` is short for `--help`, where that is known.
struct arguments {
  std::map<std::string, std::vector<std::string>> options; ///< Without dashes.
  std::vector<std::string> words;
  std::string error; ///< Empty, or one line on what cannot be understood.

  bool has(const std::string& name) const {
    return options.count(name) > 0;
  }

  /// The last value of an option, or `otherwise`.
  std::string value(const std::string& name,
                    const std::string& otherwise = {}) const;
};

/// @param flags Options without a value.
/// @param valued Options with one.
arguments parse_arguments(const std::vector<std::string>& given,
                          const std::vector<std::string>& flags,
                          const std::vector<std::string>& valued);

} // namespace camctl
