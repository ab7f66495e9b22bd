#include "tools/camctl/text_table.hpp"

#include <algorithm>

namespace camctl {

size_t shown_length(const std::string& x) {
  return static_cast<size_t>(std::count_if(x.begin(), x.end(), [](char c) {
    return (c & 0xC0) != 0x80;
  }));
}

std::string cut(const std::string& x, size_t width) {
  if (width == 0 || shown_length(x) <= width)
    return x;
  size_t shown = 0;
  size_t i = 0;
  while (i < x.size() && ((x[i] & 0xC0) == 0x80 || shown++ < width))
    ++i;
  return x.substr(0, i);
}

std::string table(const std::vector<row>& rows, size_t left, size_t width) {
  std::vector<size_t> widths;
  for (auto& x : rows) {
    widths.resize(std::max(widths.size(), x.size()));
    for (size_t i = 0; i < x.size(); ++i)
      widths[i] = std::max(widths[i], shown_length(x[i]));
  }
  std::string result;
  for (auto& x : rows) {
    std::string line;
    for (size_t i = 0; i < x.size(); ++i) {
      std::string pad(widths[i] - shown_length(x[i]), ' ');
      auto last = i + 1 == x.size();
      if (i > 0)
        line += "  ";
      line += i < left || last ? x[i] + (last ? "" : pad) : pad + x[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += cut(line, width) + "\n";
  }
  return result;
}

} // namespace camctl
