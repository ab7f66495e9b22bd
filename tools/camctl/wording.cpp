#include "tools/camctl/wording.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace camctl {

using namespace camnode;

namespace {

constexpr std::string_view time_unit = "_ns";
constexpr std::string_view rate_unit = "_per_1000_s";

bool ends_with(std::string_view x, std::string_view end) {
  return x.size() > end.size() && x.substr(x.size() - end.size()) == end;
}

} // namespace

std::string printable(const std::string& text) {
  auto result = text;
  std::replace_if(
    result.begin(), result.end(),
    [](char c) {
      auto x = static_cast<unsigned char>(c);
      return x < 0x20 || x == 0x7f;
    },
    '?');
  // C1 controls, which some terminals obey as well.
  for (size_t i = 0; i + 1 < result.size(); ++i)
    if (static_cast<unsigned char>(result[i]) == 0xC2
        && static_cast<unsigned char>(result[i + 1]) < 0xA0)
      result[i] = result[i + 1] = '?';
  return result;
}

std::string printable_lines(const std::string& text) {
  auto result = printable(text);
  for (auto i = text.find('\n'); i != std::string::npos;
       i = text.find('\n', i + 1))
    result[i] = '\n';
  return result;
}

std::string rate_text(uint64_t per_1000_s) {
  return format("%.1f", static_cast<double>(per_1000_s) / 1000);
}

std::string headline(const node_report& x, const std::string& at) {
  return printable(x.role) + " " + printable(x.id) + ", camnode "
         + printable(x.version) + ", process " + std::to_string(x.pid) + ", up "
         + duration_text(x.uptime_ns) + ", at " + at;
}

std::string format(const char* pattern, double x) {
  char text[48];
  std::snprintf(text, sizeof(text), pattern, x);
  return text;
}

std::string value_text(const figure& x) {
  if (!x.text.empty())
    return printable(x.text);
  if (x.name == "bytes_per_1000_s" || x.name == "bytes_sent_per_1000_s")
    return format("%.3f MB/s", static_cast<double>(x.value) / 1e9);
  if (ends_with(x.name, rate_unit))
    return format("%.1f/s", static_cast<double>(x.value) / 1e3);
  if (!ends_with(x.name, time_unit))
    return std::to_string(x.value);
  return duration_text(x.value);
}

std::string name_text(const figure& x) {
  auto text = x.name;
  for (auto unit : {time_unit, rate_unit})
    if (ends_with(text, unit))
      text.resize(text.size() - unit.size());
  std::replace(text.begin(), text.end(), '_', ' ');
  return printable(text);
}

} // namespace camctl
