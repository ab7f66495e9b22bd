#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace camctl {

/// How many characters a terminal shows for UTF-8.
size_t shown_length(const std::string& x);

/// As much of a line as there is room for. @param width 0: all.
std::string cut(const std::string& x, size_t width);

using row = std::vector<std::string>;

/// Columns are as wide as they need; the first `left` are aligned left, and so
/// is the last one.
/// @param width Lines are cut to it; 0: not at all.
std::string table(const std::vector<row>& rows, size_t left, size_t width);

/// Names and values, one below the other.
class listing {
public:
  void add(const std::string& name, const std::string& value) {
    if (!value.empty())
      rows_.push_back({"  " + name, value});
  }

  std::string text() const {
    return table(rows_, 1, 0);
  }

private:
  std::vector<row> rows_;
};

} // namespace camctl
