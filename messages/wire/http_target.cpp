#include "messages/wire/http_target.hpp"

#include "messages/wire/multipart.hpp"

#include <algorithm>

namespace camnode {

namespace {

bool is_printable(char c) {
  return c > ' ' && c <= '~';
}

/// @returns The value of a hexadecimal digit, or -1.
int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// Takes what is in front of the first `separator` off `text`, and the
/// separator.
std::string_view take_until(std::string_view& text, char separator) {
  auto end = std::min(text.find(separator), text.size());
  auto result = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return result;
}

std::optional<stream_position> parse_position(std::string_view x) {
  auto epoch = parse_exact(take_until(x, ':'));
  auto sequence = parse_exact(x);
  if (!epoch || !sequence)
    return std::nullopt;
  return stream_position{*epoch, *sequence};
}

/// @returns An empty string, or what is wrong with the value.
std::string take_parameter(std::string_view key, std::string_view value,
                           http_target& out) {
  if (key == "mode") {
    if (value != "live" && value != "lossless")
      return "mode is " + printable(value) + ", expected live or lossless";
    out.lossless = value == "lossless";
  } else if (key == "after") {
    out.after = parse_position(value);
    if (!out.after)
      return "after is " + printable(value) + ", expected <epoch>:<sequence>";
  } else if (key == "token") {
    out.token = value;
  }
  return {};
}

std::string take_query(std::string_view query, http_target& out) {
  while (!query.empty()) {
    auto value = take_until(query, '&');
    auto key = percent_decoded(take_until(value, '='));
    auto decoded = percent_decoded(value);
    if (!key || !decoded)
      return "the query is not percent-encoded printable ASCII";
    auto wrong = take_parameter(*key, *decoded, out);
    if (!wrong.empty())
      return wrong;
    out.query[*key] = *decoded;
  }
  if (out.after && !out.lossless)
    return "after needs mode=lossless";
  return {};
}

/// Leaves what follows the host of `http://host/path`.
std::string_view without_origin(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme))
    return target;
  target.remove_prefix(scheme.size());
  target.remove_prefix(std::min(target.find('/'), target.size()));
  return target;
}

} // namespace

std::string percent_encoded(std::string_view x) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr auto digits = "0123456789ABCDEF";
  std::string result;
  for (auto c : x) {
    if (plain.find(c) != std::string_view::npos) {
      result += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    result += {'%', digits[byte / 16], digits[byte % 16]};
  }
  return result;
}

std::optional<std::string> percent_decoded(std::string_view x) {
  std::string result;
  for (size_t i = 0; i < x.size(); ++i) {
    auto c = x[i];
    if (c == '%') {
      auto high = i + 2 < x.size() ? hex_value(x[i + 1]) : -1;
      auto low = high >= 0 ? hex_value(x[i + 2]) : -1;
      if (low < 0)
        return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (!is_printable(c) && c != ' ')
      return std::nullopt;
    result += c;
  }
  return result;
}

std::optional<http_target> parse_http_target(std::string_view text,
                                             std::string& why) {
  auto refuse = [&](std::string reason) {
    why = std::move(reason);
    return std::nullopt;
  };
  if (text.size() > max_http_target_bytes)
    return refuse("the request target has more than "
                  + std::to_string(max_http_target_bytes) + " bytes");
  if (!std::all_of(text.begin(), text.end(), is_printable))
    return refuse("the request target is not printable ASCII");
  auto query = without_origin(text);
  auto path = percent_decoded(take_until(query, '?'));
  if (!path)
    return refuse("the path is not percent-encoded printable ASCII");
  if (path->empty() || path->front() != '/')
    return refuse("the path is " + printable(*path)
                  + ", expected one that starts with /");
  http_target result;
  result.path = std::move(*path);
  auto wrong = take_query(query, result);
  if (!wrong.empty())
    return refuse(std::move(wrong));
  return result;
}

std::string
lossless_stream_target(const std::optional<stream_position>& after) {
  std::string result = "/stream.mjpg?mode=lossless";
  if (after)
    result += "&after=" + std::to_string(after->epoch) + ":"
              + std::to_string(after->sequence);
  return result;
}

} // namespace camnode
