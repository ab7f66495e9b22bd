#include "messages/disk/topic_path.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"

#include <algorithm>

namespace camnode {

namespace {

constexpr size_t max_levels = 16;
constexpr size_t max_level_bytes = 200;

bool ends_with(std::string_view x, std::string_view tail) {
  return x.size() >= tail.size() && x.substr(x.size() - tail.size()) == tail;
}

/// @returns The first position in `level` from which on dots are encoded.
size_t first_encoded_dot(std::string_view level) {
  if (level == "." || level == "..")
    return 0;
  // What SENSOR LOG and the repair give to files beside these folders.
  for (auto ending : {".csv", ".part", ".wider", ".new", ".damaged"})
    if (ends_with(level, ending))
      return level.rfind('.');
  return level.size();
}

std::string encode_level(std::string_view level) {
  if (level.empty())
    return "%";
  constexpr auto digits = "0123456789ABCDEF";
  auto encoded_dots = first_encoded_dot(level);
  std::string result;
  for (size_t i = 0; i < level.size(); ++i) {
    bool plain = is_name_text(level.substr(i, 1))
                 && (level[i] != '.' || i < encoded_dots);
    if (plain) {
      result += level[i];
      continue;
    }
    auto byte = static_cast<unsigned char>(level[i]);
    result += '%';
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

caf::error refusal(std::string_view topic, const char* reason) {
  return {ec::bad_message, "topic " + quote(topic) + ": " + reason};
}

} // namespace

caf::expected<std::string> topic_path(std::string_view topic) {
  if (topic.empty())
    return refusal(topic, "empty");
  if (topic.find('\0') != std::string_view::npos)
    return refusal(topic, "a NUL inside");
  std::string result;
  size_t begin = 0;
  for (size_t levels = 1; begin <= topic.size(); ++levels) {
    if (levels > max_levels)
      return refusal(topic, "more than 16 levels");
    auto end = std::min(topic.find('/', begin), topic.size());
    auto level = encode_level(topic.substr(begin, end - begin));
    if (level.size() > max_level_bytes)
      return refusal(topic, "a level of more than 200 bytes once encoded");
    if (!result.empty())
      result += '/';
    result += level;
    begin = end + 1;
  }
  return result;
}

std::string topic_of(std::string_view path) {
  auto digit = [](char c) {
    if (c >= '0' && c <= '9')
      return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string result;
  for (size_t i = 0; i < path.size(); ++i) {
    auto high = path[i] == '%' && i + 2 < path.size() ? digit(path[i + 1]) : -1;
    auto low = high >= 0 ? digit(path[i + 2]) : -1;
    if (low >= 0) {
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else if (path[i] != '%') { // A lone one is an empty level.
      result += path[i];
    }
  }
  return result;
}

} // namespace camnode
