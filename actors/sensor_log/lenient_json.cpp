#include "actors/sensor_log/lenient_json.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace camnode {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_word_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.'
         || c == '_';
}

/// @param x A code point below 0x110000; surrogates are taken, too.
void append_code_point(std::string& out, uint32_t x) {
  auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | (x >> shift & 0x3f));
  };
  if (x < 0x80) {
    out += static_cast<char>(x);
  } else if (x < 0x800) {
    out += static_cast<char>(0xc0 | x >> 6);
    tail(0);
  } else if (x < 0x10000) {
    out += static_cast<char>(0xe0 | x >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | x >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

/// Each function reads what its name says at `at_`, and returns whether that
/// is there.
class lenient_parser {
public:
  lenient_parser(std::string_view text, size_t max_depth)
    : text_(text), max_depth_(max_depth) {
  }

  std::optional<json_value> document() {
    if (text_.substr(0, byte_order_mark.size()) == byte_order_mark)
      at_ = byte_order_mark.size();
    skip_space();
    json_value result;
    if (peek() != '{' || !value(result, 0))
      return std::nullopt;
    skip_space();
    if (text_.find_first_not_of('\0', at_) != std::string_view::npos)
      return std::nullopt;
    return result;
  }

private:
  bool value(json_value& out, size_t depth) {
    auto begin = at_;
    auto c = peek();
    auto nested = c == '{' || c == '[';
    auto sound = nested && depth == max_depth_ ? too_deep()
                 : c == '{'                    ? object(out, depth + 1)
                 : c == '['                    ? array(out, depth + 1)
                 : c == '"'                    ? string(out.text)
                                               : word(out.text);
    out.source = text_.substr(begin, at_ - begin);
    if (nested && depth == max_depth_)
      out.text = out.source;
    return sound;
  }

  bool object(json_value& out, size_t depth) {
    std::unordered_map<std::string, size_t> places;
    take('{');
    skip_space();
    if (take('}'))
      return true;
    do {
      skip_space();
      std::string name;
      if (!string(name) || (skip_space(), !take(':')))
        return false;
      skip_space();
      json_value x;
      if (!value(x, depth))
        return false;
      auto [i, is_new] = places.emplace(name, out.members.size());
      if (is_new)
        out.members.push_back({std::move(name), std::move(x)});
      else
        out.members[i->second].value = std::move(x);
      skip_space();
    } while (take(','));
    return take('}');
  }

  bool array(json_value& out, size_t depth) {
    take('[');
    skip_space();
    if (take(']'))
      return true;
    do {
      skip_space();
      json_value x;
      if (!value(x, depth))
        return false;
      out.members.push_back({std::to_string(out.members.size()), std::move(x)});
      skip_space();
    } while (take(','));
    return take(']');
  }

  /// What is nested too deep, without looking at more than its brackets and
  /// texts.
  bool too_deep() {
    std::string open;
    do {
      auto c = peek();
      if (c == '"') {
        std::string ignored;
        if (!string(ignored))
          return false;
        continue;
      }
      if (c == '{' || c == '[') {
        open += c == '{' ? '}' : ']';
      } else if (c == '}' || c == ']') {
        if (open.back() != c)
          return false;
        open.pop_back();
      }
      ++at_;
    } while (!open.empty() && at_ < text_.size());
    return open.empty();
  }

  bool string(std::string& out) {
    if (!take('"'))
      return false;
    while (at_ < text_.size()) {
      auto c = text_[at_++];
      if (c == '"')
        return true;
      if (c != '\\')
        out += c;
      else if (!escape(out))
        return false;
    }
    return false;
  }

  bool escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    auto c = peek();
    ++at_;
    if (c == 'u')
      return code_point(out);
    auto i = names.find(c);
    if (i == std::string_view::npos)
      return false;
    out += meanings[i];
    return true;
  }

  /// What follows `\u`.
  bool code_point(std::string& out) {
    auto x = hex(at_);
    if (!x)
      return false;
    at_ += 4;
    if (*x >= 0xd800 && *x < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      auto low = hex(at_ + 2);
      if (low && *low >= 0xdc00 && *low < 0xe000) {
        at_ += 6;
        *x = 0x10000 + ((*x - 0xd800) << 10) + (*low - 0xdc00);
      }
    }
    append_code_point(out, *x);
    return true;
  }

  std::optional<uint32_t> hex(size_t at) const {
    constexpr std::string_view digits = "0123456789abcdef";
    if (at + 4 > text_.size())
      return std::nullopt;
    uint32_t result = 0;
    for (auto c : text_.substr(at, 4)) {
      auto lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
      auto digit = digits.find(lower);
      if (digit == std::string_view::npos)
        return std::nullopt;
      result = result << 4 | static_cast<uint32_t>(digit);
    }
    return result;
  }

  bool word(std::string& out) {
    auto begin = text_.begin() + static_cast<std::ptrdiff_t>(at_);
    auto end = std::find_if_not(begin, text_.end(), is_word_char);
    out.assign(begin, end);
    at_ += out.size();
    if (out == "null")
      out.clear();
    return begin != end;
  }

  char peek() const {
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    bool result = at_ < text_.size() && text_[at_] == c;
    at_ += result;
    return result;
  }

  void skip_space() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  }

  const std::string_view text_;
  const size_t max_depth_;
  size_t at_ = 0;
};

} // namespace

size_t json_value::leaves() const {
  size_t result = members.empty();
  for (auto& x : members)
    result += x.value.leaves();
  return result;
}

std::optional<json_value> parse_lenient_object(std::string_view text,
                                               size_t max_depth) {
  return lenient_parser{text, max_depth}.document();
}

} // namespace camnode
