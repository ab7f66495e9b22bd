#include "tools/camctl/verify/aligned.hpp"

#include <algorithm>

namespace camnode {

std::string aligned(const text_rows& rows, const std::set<size_t>& left) {
  std::vector<size_t> widths;
  for (auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string result;
  for (auto& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) {
      std::string space(widths[i] - row[i].size(), ' ');
      line += (i == 0 ? " " : "  ")
              + (left.count(i) > 0 ? row[i] + space : space + row[i]);
    }
    result += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return result;
}

} // namespace camnode
