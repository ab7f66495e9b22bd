#pragma once

#include <caf/timespan.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camnode {

class cidr_list;

/// One option: what help says about it, and how text becomes its value.
struct option {
  std::string name;       ///< As on the command line, without the dashes.
  std::string value_name; ///< What the value is, in capitals: `SECONDS`.
  std::string purpose;

  /// Stores the value that the text stands for.
  /// @returns What would be right if the text is not, else an empty string.
  std::function<std::string(const std::string& text)> set;

  /// @returns The value as a text that `set` takes.
  std::function<std::string()> get;
};

using option_table = std::vector<option>;

/// What a text must be like.
struct text_rule {
  bool (*holds)(std::string_view);
  const char* want;

  /// How a text that holds is stored; null: as it is.
  std::string (*stored)(std::string_view) = nullptr;

  /// What was meant by a text that does not hold, as an end for the error;
  /// null: nobody can tell.
  std::string (*meant)(const std::string& option, const std::string& text)
    = nullptr;
};

extern const text_rule any_text;
extern const text_rule path_rule;
extern const text_rule node_id_or_nothing;
extern const text_rule host_rule;
extern const text_rule ip_rule;
extern const text_rule ip_or_nothing;
extern const text_rule socket_rule;
extern const text_rule topic_rule;
extern const text_rule filters_rule;
extern const text_rule readable_file_or_nothing;
extern const text_rule token_file_rule;
extern const text_rule group_or_nothing;
extern const text_rule white_balance_rule;

// Each of these describes an option that is stored in `field`, which must
// outlive it and holds the default. Ranges include both ends, and are added to
// the purpose.

option text_option(std::string name, std::string value_name, std::string& field,
                   const text_rule& rule, std::string purpose);

option integer_option(std::string name, std::string value_name, uint16_t& field,
                      uint16_t min, uint16_t max, std::string purpose);

option integer_option(std::string name, std::string value_name, uint32_t& field,
                      uint32_t min, uint32_t max, std::string purpose);

option number_option(std::string name, std::string value_name, double& field,
                     double min, double max, std::string purpose);

/// The text is in seconds, with decimals where wanted.
option seconds_option(std::string name, caf::timespan& field, double min,
                      double max, std::string purpose);

option flag_option(std::string name, bool& field, std::string purpose);

/// Texts that hold, separated by commas, each once, at most `max`.
option list_option(std::string name, std::string value_name,
                   std::vector<std::string>& field, size_t max,
                   const text_rule& rule, std::string purpose);

option networks_option(std::string name, cidr_list& field, std::string purpose);

/// Stores one of a few named values.
template <class Enum>
option choice_option(std::string name, Enum& field,
                     std::vector<std::pair<std::string, Enum>> choices,
                     std::string purpose) {
  std::string all;
  for (const auto& x : choices)
    all += (all.empty() ? "" : "|") + x.first;
  auto set = [&field, choices, all](const std::string& text) -> std::string {
    for (const auto& x : choices) {
      if (x.first == text) {
        field = x.second;
        return {};
      }
    }
    return all;
  };
  auto get = [&field, choices]() -> std::string {
    for (const auto& x : choices)
      if (x.second == field)
        return x.first;
    return {};
  };
  return {std::move(name), all, std::move(purpose), set, get};
}

/// @returns Why `path` is not a file that this process may read, nothing if
///          it is one.
std::string why_unreadable(const std::string& path);

} // namespace camnode
