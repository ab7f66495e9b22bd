#include "messages/redaction.hpp"

#include "messages/text.hpp"

#include <algorithm>

namespace camnode {

namespace {

constexpr std::string_view hidden = "***";

bool ends_word(char c) {
  return std::string_view{" \t\r\n\"'"}.find(c) != std::string_view::npos;
}

/// Whether what stands in front of an `=` or `:` is the name of a secret.
bool names_secret(std::string_view x) {
  auto begin = x.find_last_of("?&-./");
  auto name = to_lower(begin == x.npos ? x : x.substr(begin + 1));
  for (auto secret : {"pass", "passwd", "password", "pwd", "token", "secret",
                      "auth", "apikey", "api_key", "access_token"})
    if (name == secret)
      return true;
  return false;
}

/// Hides the values of `name=value` in one word.
std::string without_values(std::string_view x) {
  std::string result;
  for (;;) {
    auto equals = x.find('=');
    if (equals == x.npos)
      return result += x;
    auto end = std::min(x.find('&', equals), x.size());
    result += x.substr(0, equals + 1);
    auto value = x.substr(equals + 1, end - equals - 1);
    result += !value.empty() && names_secret(x.substr(0, equals)) ? hidden
                                                                  : value;
    x.remove_prefix(end);
  }
}

/// Hides a user's name and password, which an address has before its last `@`.
std::string without_user(std::string_view x) {
  auto at = x.rfind('@');
  if (at == x.npos || at == 0)
    return without_values(x);
  constexpr std::string_view separator = "://";
  auto scheme = x.find(separator);
  auto begin = scheme < at ? scheme + separator.size() : 0;
  if (scheme > at) { // Without one it is the password that makes it secret.
    auto colon = x.find(':');
    if (colon == x.npos || colon > at)
      return without_values(x);
    begin = std::min(x.rfind('=', colon), colon) + 1;
    begin = begin > colon ? 0 : begin;
  }
  if (begin >= at)
    return without_values(x);
  std::string result{x.substr(0, begin)};
  return (result += hidden) += without_values(x.substr(at));
}

} // namespace

std::string without_credentials(std::string_view x) {
  std::string result;
  while (!x.empty()) {
    auto end = std::find_if(x.begin(), x.end(), ends_word);
    auto size = static_cast<size_t>(end - x.begin());
    result += without_user(x.substr(0, size));
    x.remove_prefix(size);
    if (x.empty())
      break;
    result += x.front();
    x.remove_prefix(1);
  }
  return result;
}

} // namespace camnode
