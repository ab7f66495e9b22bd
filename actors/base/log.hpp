#pragma once

#include <sstream>
#include <string>
#include <string_view>

namespace camnode {

enum class log_level { debug, info, warning, error };

const char* to_string(log_level x);

/// Sets what is written, for the whole process; `info` at first. Lines go to
/// stderr: time, level, who, text. Callable from any thread.
void set_log_level(log_level x);

bool log_enabled(log_level x);

/// Writes one line. Line breaks and control characters in `text` are shown as
/// escapes, as some of it comes from the network.
void write_log(log_level level, std::string_view who, std::string_view text);

/// Writes what `xs` print one after the other.
template <class... Ts>
void log(log_level level, std::string_view who, const Ts&... xs) {
  if (!log_enabled(level))
    return;
  std::ostringstream text;
  (text << ... << xs);
  write_log(level, who, text.str());
}

template <class... Ts>
void log_debug(std::string_view who, const Ts&... xs) {
  log(log_level::debug, who, xs...);
}

template <class... Ts>
void log_info(std::string_view who, const Ts&... xs) {
  log(log_level::info, who, xs...);
}

template <class... Ts>
void log_warning(std::string_view who, const Ts&... xs) {
  log(log_level::warning, who, xs...);
}

template <class... Ts>
void log_error(std::string_view who, const Ts&... xs) {
  log(log_level::error, who, xs...);
}

} // namespace camnode
