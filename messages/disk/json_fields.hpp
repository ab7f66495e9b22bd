#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace camnode {

/// JSON that is not what is read from it. Ends the reading; never leaves
/// `parse_manifest`.
class malformed : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// @throws malformed: `what` is wrong, at `where`.
[[noreturn]] void refuse(const std::string& where, const std::string& what);

/// One JSON object, read by names. Each of its functions throws `malformed`
/// where a value is missing, or is none of its kind. Not thread safe.
class json_fields {
public:
  /// @param x Borrowed.
  /// @param where How errors call it.
  json_fields(const nlohmann::json& x, std::string where);

  bool has(const char* name) const {
    return x_.contains(name);
  }

  const nlohmann::json& at(const char* name) const;
  json_fields object(const char* name) const;
  const nlohmann::json& list(const char* name) const;
  uint64_t count(const char* name) const;
  int64_t number(const char* name) const;

  /// UTC milliseconds, or 0.
  int64_t time(const char* name) const;

  std::string text(const char* name) const;
  bool flag(const char* name) const;
  std::map<std::string, uint64_t> counts(const char* name) const;

  uint64_t count_or_0(const char* name) const {
    return has(name) ? count(name) : 0;
  }

  int64_t number_or_0(const char* name) const {
    return has(name) ? number(name) : 0;
  }

  std::string text_or_none(const char* name) const {
    return has(name) ? text(name) : std::string{};
  }

  /// Calls `f(json_fields)` with each object in list `name`.
  template <class F>
  void each(const char* name, F f) const {
    size_t i = 0;
    for (auto& y : list(name))
      f(json_fields{y, where_ + "." + name + "[" + std::to_string(i++) + "]"});
  }

  /// Does so if there is such a list.
  template <class F>
  void each_if_any(const char* name, F f) const {
    if (has(name))
      each(name, std::move(f));
  }

  const nlohmann::json& all() const {
    return x_;
  }

  const std::string& where() const {
    return where_;
  }

private:
  /// Whether `key` only says again what the count that it is named after is.
  bool is_exact_text(const std::string& key) const;

  const nlohmann::json& x_;
  std::string where_;
};

} // namespace camnode
