#include "tools/camctl/export/spoken_time.hpp"

#include "messages/wire/multipart.hpp"

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
  constexpr int64_t first_utc_ns = 1'000'000'000'000'000; // Of 1970, still.
  constexpr int64_t latest_ns = 9'200'000'000'000'000'000;
  tm fields{};
  if (auto rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields)) {
    auto ns = fraction_ns(rest);
    auto seconds = int64_t{timegm(&fields)};
    if (!ns || seconds < 0 || seconds >= latest_ns / 1'000'000'000)
      return std::nullopt;
    return spoken_time{false, seconds * 1'000'000'000 + *ns};
  }
  if (auto ns = parse_decimal<int64_t>(text); ns && *ns >= first_utc_ns)
    return *ns <= latest_ns ? std::optional{spoken_time{false, *ns}}
                            : std::nullopt;
  char* end = nullptr;
  auto s = std::strtod(text.c_str(), &end);
  if (text.empty() || text.find_first_not_of("0123456789.") != text.npos
      || *end != '\0' || s > 1e9)
    return std::nullopt;
  return spoken_time{true, std::llround(s * 1e9)};
}

} // namespace camnode
