#include "messages/name_hint.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace camnode {

namespace {

constexpr size_t max_hints = 3;

/// More than any name has: what is longer is near none.
constexpr size_t max_name_bytes = 128;

/// The fewest letters to insert, leave out or replace, or neighbours to swap,
/// that make `y` of `x`; no letter in two swaps.
size_t edits(std::string_view x, std::string_view y) {
  // Rows of the table for the beginnings of x with i - 2, i - 1 and i letters.
  std::vector<size_t> before, last, row(y.size() + 1);
  for (size_t j = 0; j <= y.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= x.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (size_t j = 1; j <= y.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1,
                         last[j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

} // namespace

std::vector<std::string> likely_names(std::string_view name,
                                      const std::vector<std::string>& names) {
  std::vector<std::string> result;
  if (name.empty() || name.size() > max_name_bytes)
    return result;
  for (auto& x : names)
    if (x.compare(0, name.size(), name) == 0 && result.size() < max_hints)
      result.push_back(x);
  if (!result.empty())
    return result;
  auto fewest = 1 + name.size() / 3;
  for (auto& x : names) {
    auto n = x.size() > max_name_bytes ? fewest + 1 : edits(name, x);
    if (n < fewest)
      result.clear();
    fewest = std::min(n, fewest);
    if (n == fewest && result.size() < max_hints)
      result.push_back(x);
  }
  return result;
}

std::string any_of_text(const std::vector<std::string>& names) {
  std::string result;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0)
      result += i + 1 == names.size() ? " or " : ", ";
    result += names[i];
  }
  return result;
}

std::string name_hint(std::string_view name,
                      const std::vector<std::string>& names,
                      std::string otherwise) {
  auto likely = likely_names(name, names);
  if (likely.empty())
    return otherwise;
  return "did you mean " + any_of_text(likely) + "?";
}

} // namespace camnode
