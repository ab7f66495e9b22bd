#include "actors/base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace camnode {

namespace {

spdlog::level::level_enum native(log_level x) {
  switch (x) {
    case log_level::debug:
      return spdlog::level::debug;
    case log_level::info:
      return spdlog::level::info;
    case log_level::warning:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

spdlog::logger& logger() {
  static auto instance = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto result = std::make_shared<spdlog::logger>("camnode", sink);
    result->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %-7l %v");
    result->flush_on(spdlog::level::debug);
    return result;
  }();
  return *instance;
}

std::string printable(std::string_view text) {
  static const char* hex = "0123456789abcdef";
  std::string result;
  result.reserve(text.size());
  for (unsigned char c : text) {
    if (c >= 0x20 && c != 0x7f) {
      result += static_cast<char>(c);
    } else {
      result += "\\x";
      result += hex[c >> 4];
      result += hex[c & 15];
    }
  }
  return result;
}

} // namespace

const char* to_string(log_level x) {
  switch (x) {
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    default:
      return "error";
  }
}

void set_log_level(log_level x) {
  logger().set_level(native(x));
}

bool log_enabled(log_level x) {
  return logger().should_log(native(x));
}

void write_log(log_level level, std::string_view who, std::string_view text) {
  logger().log(native(level), "{}: {}", printable(who), printable(text));
}

} // namespace camnode
