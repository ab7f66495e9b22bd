#include "actors/camera/white_balance.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace camnode {

namespace {

constexpr const char* names[] = {"auto",        "incandescent", "tungsten",
                                 "fluorescent", "indoor",       "daylight",
                                 "cloudy"};

bool read_gain(std::string_view text, float& out) {
  auto last = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data(), last, out);
  return error == std::errc{} && end == last && out > 0 && out <= 32;
}

} // namespace

std::optional<white_balance> parse_white_balance(std::string_view x) {
  auto name = std::find(std::begin(names), std::end(names), x);
  if (name != std::end(names))
    return white_balance{static_cast<int>(name - std::begin(names)), 0, 0};
  auto comma = x.find(',');
  white_balance result{-1, 0, 0};
  if (comma == std::string_view::npos
      || !read_gain(x.substr(0, comma), result.red)
      || !read_gain(x.substr(comma + 1), result.blue))
    return std::nullopt;
  return result;
}

const char* white_balance_name(int mode) {
  auto known = mode >= 0 && mode < static_cast<int>(std::size(names));
  return known ? names[mode] : nullptr;
}

} // namespace camnode
