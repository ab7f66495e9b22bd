#include "messages/disk/segment_schedule.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace camnode {

std::optional<segment_span>
segment_schedule::at(int64_t time_ms, std::optional<int64_t> stop_ms) const {
  constexpr auto latest = std::numeric_limits<int64_t>::max();
  if (time_ms < start_ms_ || time_ms >= stop_ms.value_or(latest))
    return std::nullopt;
  auto elapsed = time_ms - start_ms_;
  segment_span result;
  result.index = static_cast<uint64_t>(elapsed / length_ms_);
  result.begin_ms = time_ms - elapsed % length_ms_;
  result.end_ms = result.begin_ms
                  + std::min(length_ms_, latest - result.begin_ms);
  if (stop_ms)
    result.end_ms = std::min(result.end_ms, *stop_ms);
  return result;
}

std::string segment_stem(int64_t start_ms, int64_t end_ms) {
  return std::to_string(start_ms) + '-' + std::to_string(end_ms);
}

std::string open_segment_name(int64_t start_ms, std::string_view extension) {
  auto result = std::to_string(start_ms) + '.';
  result += extension;
  return result + ".part";
}

namespace {

/// Takes a time off the front of `text`, written as `std::to_string` does.
std::optional<int64_t> take_time(std::string_view& text) {
  // What UTC nanoseconds can say.
  constexpr auto latest = std::numeric_limits<int64_t>::max() / 1'000'000;
  int64_t result = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(),
                                     result);
  auto size = static_cast<size_t>(end - text.data());
  if (code != std::errc{} || result < 0 || result > latest
      || std::to_string(result) != text.substr(0, size))
    return std::nullopt;
  text.remove_prefix(size);
  return result;
}

} // namespace

std::optional<segment_name> parse_segment_name(std::string_view name) {
  constexpr std::string_view part = ".part";
  segment_name result;
  auto start = take_time(name);
  if (!start || name.empty())
    return std::nullopt;
  result.start_ms = *start;
  if (name.front() == '-') {
    name.remove_prefix(1);
    auto end = take_time(name);
    if (!end || *end < *start || *end == 0)
      return std::nullopt;
    result.end_ms = *end;
  } else if (name.size() > part.size()
             && name.substr(name.size() - part.size()) == part) {
    name.remove_suffix(part.size());
  } else {
    return std::nullopt;
  }
  if (name.size() < 2 || name.front() != '.'
      || name.find('.', 1) != std::string_view::npos)
    return std::nullopt;
  result.extension = name.substr(1);
  return result;
}

} // namespace camnode
