#include "nodes/options/ini_file.hpp"

#include "messages/text.hpp"

#include <algorithm>

namespace camnode {

namespace {

/// Takes one line that is neither empty nor a comment.
/// @returns Whether it makes sense.
bool take_line(std::string_view line, int number, std::string& section,
               ini_content& out) {
  if (line.front() == '[') {
    if (line.back() != ']')
      return false;
    section = trim(line.substr(1, line.size() - 2));
    return !section.empty();
  }
  auto equals = line.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return false;
  std::string key{trim(line.substr(0, equals))};
  if (!section.empty())
    key = section + '.' + key;
  out.settings.push_back(
    {std::move(key), std::string{trim(line.substr(equals + 1))}, number});
  return true;
}

} // namespace

ini_content parse_ini(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  ini_content result;
  std::string section;
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark)
    text.remove_prefix(byte_order_mark.size());
  for (int number = 1; !text.empty(); ++number) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';')
      continue;
    if (!take_line(line, number, section, result)) {
      result.bad_line = number;
      break;
    }
  }
  return result;
}

} // namespace camnode
