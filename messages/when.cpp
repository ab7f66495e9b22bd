#include "messages/when.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace camnode {

namespace {

constexpr int64_t us = 1'000;
constexpr int64_t ms = 1'000 * us;
constexpr int64_t s = 1'000 * ms;

/// An instant in whole seconds and what is beyond, also before 1970.
struct instant {
  explicit instant(int64_t utc_ns)
    : seconds(utc_ns / s - (utc_ns % s < 0 ? 1 : 0)),
      millis((utc_ns % s + s) % s / ms) {
  }

  time_t seconds;
  int64_t millis;
};

tm local(time_t seconds) {
  tm result{};
  localtime_r(&seconds, &result);
  return result;
}

std::string form(const char* pattern, const tm& x) {
  std::array<char, 64> text;
  auto size = strftime(text.data(), text.size(), pattern, &x);
  return {text.data(), size};
}

template <class... Ts>
std::string print(const char* pattern, Ts... xs) {
  std::array<char, 64> text;
  auto size = snprintf(text.data(), text.size(), pattern, xs...);
  return {text.data(), static_cast<size_t>(size)};
}

std::string millis_of(const instant& x) {
  return print(".%03d", static_cast<int>(x.millis));
}

std::string two_units(int64_t n, int64_t per_unit, const char* unit,
                      const char* small) {
  auto result = std::to_string(n / per_unit) + " " + unit;
  if (auto rest = n % per_unit; rest > 0)
    result += " " + std::to_string(rest) + " " + small;
  return result;
}

} // namespace

std::string time_text(int64_t utc_ns, int64_t near_ns) {
  instant x{utc_ns};
  auto time = local(x.seconds);
  auto near = local(instant{near_ns}.seconds);
  auto same_day = time.tm_year == near.tm_year && time.tm_yday == near.tm_yday;
  return form(same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", time) + millis_of(x);
}

std::string time_text(int64_t utc_ns) {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return time_text(
    utc_ns, std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

std::string date_text(int64_t utc_ms) {
  auto seconds = utc_ms / 1'000 - (utc_ms % 1'000 < 0 ? 1 : 0);
  return form("%Y-%m-%d %H:%M:%S %z", local(seconds));
}

std::string utc_text(int64_t utc_ns) {
  instant x{utc_ns};
  tm time{};
  gmtime_r(&x.seconds, &time);
  return form("%Y-%m-%dT%H:%M:%S", time) + millis_of(x) + 'Z';
}

std::string duration_text(int64_t ns) {
  if (ns < 0)
    return "-" + duration_text(ns == INT64_MIN ? INT64_MAX : -ns);
  if (ns < ms)
    return std::to_string(ns / us) + " us";
  if (ns < 10 * ms)
    return print("%.1f ms", static_cast<double>(ns / us) / 1e3);
  if (ns < s)
    return std::to_string(ns / ms) + " ms";
  if (ns < 60 * s) // Cut, not rounded: never "60.0 s".
    return print("%.1f s", static_cast<double>(ns / (100 * ms)) / 10);
  auto seconds = ns / s;
  if (seconds < 3'600)
    return two_units(seconds, 60, "min", "s");
  auto minutes = seconds / 60;
  if (minutes < 48 * 60)
    return two_units(minutes, 60, "h", "min");
  return two_units(minutes / 60, 24, "d", "h");
}

std::string bytes_text(uint64_t bytes) {
  if (bytes < 1'000)
    return count_text(bytes, "byte");
  constexpr std::array<const char*, 6> units{"kB", "MB", "GB",
                                             "TB", "PB", "EB"};
  auto x = static_cast<double>(bytes) / 1e3;
  size_t i = 0;
  for (; x >= 999.95 && i + 1 < units.size(); ++i)
    x /= 1e3;
  return print("%.1f %s", x, units[i]);
}

std::string count_text(uint64_t n, const char* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

std::string run_text(uint64_t epoch) {
  return print("%06x", static_cast<unsigned>(epoch & 0xffffff));
}

} // namespace camnode
