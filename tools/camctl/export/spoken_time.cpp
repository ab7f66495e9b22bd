#include "tools/camctl/export/spoken_time.hpp"

#include <cmath>
#include <cstdlib>
#include <ctime>

namespace camnode {

namespace {

/// What comes after the whole seconds of a UTC time: nothing, or a point with
/// digits, and `Z`.
std::optional<int64_t> fraction_ns(const char* text) {
  int64_t result = 0;
  if (*text == '.') {
    int64_t unit_ns = 100'000'000;
    for (++text; *text >= '0' && *text <= '9'; ++text, unit_ns /= 10)
      result += (*text - '0') * unit_ns;
    if (text[-1] == '.')
      return std::nullopt;
  }
  return text[0] == 'Z' && text[1] == '\0' ? std::optional{result}
                                           : std::nullopt;
}

} // namespace

std::optional<spoken_time> parse_time(const std::string& text) {
  constexpr double first_utc_ns = 1e15; // Of 1970, still.
  constexpr double latest_ns = 9.2e18;
  tm fields{};
  if (auto rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields)) {
    auto ns = fraction_ns(rest);
    auto seconds = int64_t{timegm(&fields)};
    if (!ns || seconds < 0 || static_cast<double>(seconds) * 1e9 > latest_ns)
      return std::nullopt;
    return spoken_time{false, seconds * 1'000'000'000 + *ns};
  }
  char* end = nullptr;
  auto number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number) || number < 0
      || number > latest_ns)
    return std::nullopt;
  if (number >= first_utc_ns) // Not by way of a double, which would round it.
    return spoken_time{false, std::strtoll(text.c_str(), nullptr, 10)};
  if (number > 1e9)
    return std::nullopt;
  return spoken_time{true, std::llround(number * 1e9)};
}

} // namespace camnode
