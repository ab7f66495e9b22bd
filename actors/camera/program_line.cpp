#include "actors/camera/program_line.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace camnode {

namespace {

std::optional<log_level> level_of_word(std::string_view x) {
  auto word = to_lower(x);
  for (auto name : {"error", "fatal", "critical", "panic", "err", "crit"})
    if (word == name)
      return log_level::error;
  for (auto name : {"warning", "warn"})
    if (word == name)
      return log_level::warning;
  return std::nullopt;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Cuts what sets colours, with or without its escape character.
void skip_colour(std::string_view& x) {
  auto rest = x;
  if (!rest.empty() && (rest[0] == '\x1b' || rest[0] == '?'))
    rest.remove_prefix(1);
  if (rest.size() == x.size() || rest.empty() || rest[0] != '[')
    return;
  auto end = rest.find('m');
  if (end != rest.npos && rest.find_first_not_of("[0123456789;") == end)
    x = rest.substr(end + 1);
}

/// Takes a word, or what is in brackets, off `x`.
std::string_view take_part(std::string_view& x) {
  auto close = x[0] == '[' ? ']' : x[0] == '(' ? ')' : x[0] == '<' ? '>' : 0;
  auto begin = close ? size_t{1} : 0;
  auto end = std::min(close ? x.find(close) : x.find_first_of(" \t:\x1b"),
                      x.size());
  auto part = x.substr(begin, end - std::min(begin, end));
  auto next = std::min(end + (x.substr(end, 1) == "\x1b" ? 0 : 1), x.size());
  x.remove_prefix(std::max<size_t>(next, 1));
  return trim(part);
}

/// Whether a part says when and where, rather than what.
bool is_prefix(std::string_view part, bool bracketed) {
  auto letters = std::count_if(part.begin(), part.end(), is_letter);
  return bracketed || letters == 0 || part.substr(0, 2) == "0x";
}

} // namespace

log_level level_of_line(std::string_view line) {
  constexpr int most_parts = 8;
  for (int i = 0; i < most_parts; ++i) {
    skip_colour(line);
    line = trim(line);
    skip_colour(line);
    if (line.empty())
      break;
    auto bracketed = std::string_view{"[(<"}.find(line[0]) != line.npos;
    auto part = take_part(line);
    if (auto level = level_of_word(part))
      return *level;
    if (!is_prefix(part, bracketed))
      break;
  }
  return log_level::info;
}

} // namespace camnode
