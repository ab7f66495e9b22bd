#pragma once

#include <map>
#include <string>
#include <vector>

namespace camnode::bench {

/// The words after a subcommand: `--name value` pairs, and the others in
/// their order.
class arguments {
public:
  /// @param argv All after the subcommand.
  /// @throws std::runtime_error at a name without a value.
  arguments(int argc, const char* const* argv);

  /// The words that belong to no name.
  const std::vector<std::string>& words() const {
    return words_;
  }

  /// @throws std::runtime_error with `what` if there are fewer words.
  const std::string& word(size_t index, const char* what) const;

  std::string text(const std::string& name, std::string fallback) const;

  /// @throws std::runtime_error if the value is no number.
  double number(const std::string& name, double fallback) const;

private:
  std::map<std::string, std::string> named_;
  std::vector<std::string> words_;
};

} // namespace camnode::bench
