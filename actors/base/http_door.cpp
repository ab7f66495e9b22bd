#include "actors/base/http_door.hpp"

#include "messages/text.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/multipart.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace camnode {

namespace {

constexpr std::string_view cookie_name = "camnode";

/// What somebody shows of the token.
struct shown_token {
  std::vector<std::string> texts;
  bool by_cookie = false;
};

/// @returns Nothing for what is no base64.
std::optional<std::string> from_base64(std::string_view x) {
  constexpr std::string_view digits
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (!x.empty() && x.back() == '=')
    x.remove_suffix(1);
  std::string result;
  uint32_t bits = 0;
  int count = 0;
  for (auto c : x) {
    auto digit = digits.find(c);
    if (digit == std::string_view::npos)
      return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8)
      continue;
    count -= 8;
    result += static_cast<char>(bits >> count & 0xff);
  }
  return result;
}

/// What is in `Authorization`; nothing where it is of a kind that camnode does
/// not know.
shown_token token_in(std::string_view authorization) {
  auto end = std::min(authorization.find(' '), authorization.size());
  auto scheme = authorization.substr(0, end);
  auto text = trim(authorization.substr(end));
  if (equal_ignoring_case(scheme, "Bearer"))
    return {{std::string{text}}};
  if (!equal_ignoring_case(scheme, "Basic"))
    return {};
  // Any name, a colon, and the token.
  auto pair = from_base64(text).value_or("");
  auto colon = pair.find(':');
  return {{colon == std::string::npos ? "" : pair.substr(colon + 1)}};
}

/// Browsers send the cookies of all ports of a machine.
shown_token tokens_in_cookie(std::string_view x) {
  shown_token result;
  result.by_cookie = true;
  while (!x.empty()) {
    auto end = std::min(x.find(';'), x.size());
    auto pair = trim(x.substr(0, end));
    x.remove_prefix(std::min(end + 1, x.size()));
    auto equals = pair.find('=');
    if (equals != std::string_view::npos
        && pair.substr(0, equals) == cookie_name)
      result.texts.push_back(
        percent_decoded(pair.substr(equals + 1)).value_or(""));
  }
  return result;
}

/// The name or address in a `Host` header, without its port.
std::string_view name_in(std::string_view host) {
  if (!host.empty() && host[0] == '[') {
    auto end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  // Some clients write IPv6 without brackets.
  return canonical_ip(host) ? host : host.substr(0, host.find(':'));
}

http_verdict wrong_token() {
  return {401, "this is not the token of this node", {}, true};
}

} // namespace

http_door::http_door(http_door_options options) : options_(std::move(options)) {
}

http_verdict http_door::judge(const http_request& x,
                              const http_target& target) const {
  if (!is_named(x.host))
    return {421, "Host: want an IP address, localhost, or a name of this "
                 "machine (names)"};
  if (x.method == "POST" && !x.origin.empty() && !is_own_page(x))
    return {403, "a web page of somebody else may not operate a node"};
  return target.token ? judge_query(x, target) : judge_token(x);
}

http_verdict http_door::judge_query(const http_request& x,
                                    const http_target& target) const {
  if (target.path != "/" || x.method != "GET")
    return {400, "a token belongs into Authorization, or into the query of / "
                 "alone"};
  if (options_.token.empty())
    return {};
  return is_token(*target.token) ? http_verdict{303} : wrong_token();
}

http_verdict http_door::judge_token(const http_request& x) const {
  auto commands = x.method == "POST";
  auto shown = token_in(x.authorization);
  if (shown.texts.empty())
    shown = tokens_in_cookie(x.cookie);
  if (std::any_of(shown.texts.begin(), shown.texts.end(),
                  [&](auto& text) { return is_token(text); })) {
    if (commands && shown.by_cookie && x.origin.empty())
      return {403, "a command by cookie needs an Origin"};
    return {200, {}, http_right::operate};
  }
  if (commands && options_.token.empty())
    return {403, "nobody operates this node over TCP, as it has no token "
                 "(token-file)"};
  auto needed = commands || wants_token_to_look();
  if (needed && shown.texts.empty())
    return {401, "want the token of this node: Authorization: Bearer ..., or "
                 "as the password of any user"};
  // A cookie may be another port's.
  if (!shown.texts.empty() && !options_.token.empty()
      && (needed || !shown.by_cookie))
    return wrong_token();
  return {};
}

std::vector<http_field> http_door::exchange_fields() const {
  return {{"Location", "/"},
          {"Set-Cookie", std::string{cookie_name} + "="
                           + percent_encoded(options_.token)
                           + "; Path=/; SameSite=Strict; HttpOnly"
                           + (options_.tls ? "; Secure" : "")}};
}

bool http_door::is_named(std::string_view host) const {
  auto name = name_in(host);
  auto is_name = [&](auto& x) { return equal_ignoring_case(name, x); };
  return is_name("localhost") || canonical_ip(name.substr(0, name.find('%')))
         || std::any_of(options_.names.begin(), options_.names.end(), is_name);
}

// The time that it takes does not tell how much of a guess is right.
bool http_door::is_token(std::string_view x) const {
  auto& token = options_.token;
  if (token.empty() || x.size() != token.size())
    return false;
  unsigned differences = 0;
  for (size_t i = 0; i < token.size(); ++i)
    differences |= static_cast<unsigned char>(x[i] ^ token[i]);
  return differences == 0;
}

bool http_door::is_own_page(const http_request& x) const {
  auto own = (options_.tls ? "https://" : "http://") + std::string{x.host};
  return equal_ignoring_case(x.origin, own);
}

std::vector<std::string> names_of_this_machine() {
  char name[256] = {};
  if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0')
    return {};
  return {name, std::string{name} + ".local"};
}

} // namespace camnode
