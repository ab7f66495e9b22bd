#include "nodes/options/places.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <cstdlib>

namespace camnode {

namespace {

bool is_quote(char x) {
  return x == '"' || x == '\'';
}

bool is_digit(char x) {
  return x >= '0' && x <= '9';
}

/// A host and a port; no port: 0 digits.
struct place {
  std::string host;
  std::string port;
};

/// Takes `scheme://`, brackets, and what stands after the host away.
place split(std::string text) {
  auto scheme = text.find("://");
  if (scheme != std::string::npos)
    text.erase(0, scheme + 3);
  text.erase(std::min(text.find('/'), text.size()));
  place result;
  auto bracket = text.find(']');
  auto colon = text.find(':', bracket == std::string::npos ? 0 : bracket);
  auto last = text.rfind(':');
  if (colon == last && colon != std::string::npos) {
    result.port = text.substr(colon + 1);
    text.erase(colon);
  }
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  result.host = text;
  return result;
}

std::string without_quotes(std::string x) {
  while (!x.empty() && is_quote(x.front()))
    x.erase(0, 1);
  while (!x.empty() && is_quote(x.back()))
    x.pop_back();
  return x;
}

/// The path that was meant, with the home folder instead of `~` or `$HOME`;
/// empty where there is none.
std::string path_in(const std::string& text) {
  auto x = without_quotes(std::string{trim(text)});
  auto home = std::getenv("HOME");
  for (std::string start : {"~", "$HOME", "${HOME}"}) {
    if (x != start && x.compare(0, start.size() + 1, start + "/") != 0)
      continue;
    return home ? home + x.substr(start.size()) : std::string{};
  }
  if (x.compare(0, 7, "file://") == 0)
    return x.substr(7);
  return x;
}

} // namespace

bool is_host(std::string_view x) {
  if (x.find(':') != std::string_view::npos)
    return canonical_ip(x.substr(0, x.find('%'))).has_value();
  auto is_number = std::all_of(x.begin(), x.end(),
                               [](char c) { return is_digit(c) || c == '.'; });
  if (is_number) // "10.0.0.256" is no name, either.
    return canonical_ip(x).has_value();
  return x.size() <= 255 && is_name_text(x) && x.front() != '-'
         && x.front() != '.' && x.find("..") == std::string_view::npos;
}

std::string host_meant(const std::string& option, const std::string& text) {
  auto x = split(without_quotes(text));
  auto result = "; here " + option + "=" + x.host;
  if (!is_host(x.host) || x.host == text)
    return {};
  if (x.port.empty() || !std::all_of(x.port.begin(), x.port.end(), is_digit))
    return result;
  auto dot = option.rfind('.');
  auto end = option.rfind("host");
  auto port = end == std::string::npos ? option.substr(0, dot) + ".port"
                                       : option.substr(0, end) + "port";
  return result + " and " + port + "=" + x.port;
}

bool is_path(std::string_view x) {
  return !x.empty() && x.front() != '~' && x.front() != '$'
         && !is_quote(x.front()) && !is_quote(x.back()) && trim(x) == x
         && x.find("://") == std::string_view::npos;
}

std::string path_meant(const std::string& option, const std::string& text) {
  auto x = path_in(text);
  if (x != text && is_path(x))
    return "; here " + option + "=" + x;
  auto first = text.find_first_not_of(" \"'");
  auto is_shells = first != std::string::npos
                   && (text[first] == '~' || text[first] == '$');
  return is_shells ? "; nobody replaces ~ and $ in here" : "";
}

} // namespace camnode
