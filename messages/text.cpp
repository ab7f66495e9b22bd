#include "messages/text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

namespace camnode {

namespace {

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_continuation(char c) {
  return (static_cast<uint8_t>(c) & 0xc0) == 0x80;
}

/// @returns The length of the character at the start of `x`, 0 if it is not
///          valid UTF-8.
/// @pre `!x.empty()`
size_t utf8_length(std::string_view x) {
  auto first = static_cast<uint8_t>(x[0]);
  if (first < 0x80)
    return 1;
  if (first < 0xc2 || first > 0xf4)
    return 0;
  size_t n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (x.size() < n
      || !std::all_of(x.begin() + 1, x.begin() + n, is_continuation))
    return 0;
  auto second = static_cast<uint8_t>(x[1]);
  bool overlong = (first == 0xe0 && second < 0xa0)
                  || (first == 0xf0 && second < 0x90);
  bool surrogate = first == 0xed && second >= 0xa0;
  bool too_large = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : n;
}

/// U+0000 to U+001F, U+007F and U+0080 to U+009F.
bool has_control_characters(std::string_view x) {
  for (size_t i = 0; i < x.size(); ++i) {
    auto c = static_cast<uint8_t>(x[i]);
    if (c < 0x20 || c == 0x7f)
      return true;
    if (c == 0xc2 && i + 1 < x.size() && static_cast<uint8_t>(x[i + 1]) < 0xa0)
      return true;
  }
  return false;
}

bool is_topic_text(std::string_view x) {
  return !x.empty() && x.size() <= max_topic_bytes && is_utf8(x)
         && !has_control_characters(x);
}

} // namespace

bool is_name_text(std::string_view x) {
  return std::all_of(x.begin(), x.end(), is_name_char);
}

bool is_node_id(std::string_view x) {
  return !x.empty() && x.size() <= 64 && is_name_text(x) && x != "."
         && x != "..";
}

bool is_utf8(std::string_view x) {
  while (!x.empty()) {
    auto n = utf8_length(x);
    if (n == 0)
      return false;
    x.remove_prefix(n);
  }
  return true;
}

std::string to_utf8(std::string_view x) {
  std::string result;
  result.reserve(x.size());
  while (!x.empty()) {
    auto n = utf8_length(x);
    if (n == 0 || x[0] == '\0')
      result += "\xef\xbf\xbd";
    else
      result += x.substr(0, n);
    x.remove_prefix(std::max(n, size_t{1}));
  }
  return result;
}

bool is_mqtt_topic(std::string_view x) {
  return is_topic_text(x) && x.find_first_of("+#") == std::string_view::npos;
}

bool is_mqtt_filter(std::string_view x) {
  if (!is_topic_text(x))
    return false;
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i] != '+' && x[i] != '#')
      continue;
    bool begins = i == 0 || x[i - 1] == '/';
    bool last = i + 1 == x.size();
    bool ends = last || (x[i] == '+' && x[i + 1] == '/');
    if (!begins || !ends)
      return false;
  }
  return true;
}

std::optional<std::string> canonical_ip(std::string_view x) {
  // A NUL inside would end the string for inet_pton.
  if (x.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::string text{x};
  uint8_t address[16];
  char out[INET6_ADDRSTRLEN];
  for (auto family : {AF_INET, AF_INET6})
    if (inet_pton(family, text.c_str(), address) == 1)
      return inet_ntop(family, address, out, sizeof(out));
  return std::nullopt;
}

std::string_view trim(std::string_view x) {
  constexpr auto blanks = " \t\r\n";
  auto first = x.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return x.substr(first, x.find_last_not_of(blanks) - first + 1);
}

std::string to_lower(std::string_view x) {
  std::string result{x};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string quote(std::string_view x) {
  constexpr size_t max_chars = 40;
  std::string result = "\"";
  for (auto c : x.substr(0, max_chars))
    result += c >= ' ' && c <= '~' ? c : '?';
  result += '"';
  if (x.size() > max_chars)
    result += "...";
  return result;
}

} // namespace camnode
