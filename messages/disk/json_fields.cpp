#include "messages/disk/json_fields.hpp"

#include <limits>
#include <string_view>

namespace camnode {

using nlohmann::json;

void refuse(const std::string& where, const std::string& what) {
  throw malformed{(where.empty() ? "" : where + ": ") + what};
}

json_fields::json_fields(const json& x, std::string where)
  : x_(x), where_(std::move(where)) {
  if (!x.is_object())
    refuse(where_, "is no object");
}

const json& json_fields::at(const char* name) const {
  auto i = x_.find(name);
  if (i == x_.end())
    refuse(where_, std::string{"has no \""} + name + '"');
  return *i;
}

json_fields json_fields::object(const char* name) const {
  return {at(name), where_ + (where_.empty() ? "" : ".") + name};
}

const json& json_fields::list(const char* name) const {
  auto& result = at(name);
  if (!result.is_array())
    refuse(where_, std::string{"\""} + name + "\" is no list");
  return result;
}

uint64_t json_fields::count(const char* name) const {
  auto& x = at(name);
  if (!x.is_number_unsigned())
    refuse(where_, std::string{"\""} + name + "\" is no count");
  return x.get<uint64_t>();
}

int64_t json_fields::number(const char* name) const {
  auto& x = at(name);
  constexpr auto latest = std::numeric_limits<int64_t>::max();
  if (!x.is_number_integer()
      || (x.is_number_unsigned()
          && x.get<uint64_t>() > static_cast<uint64_t>(latest)))
    refuse(where_, std::string{"\""} + name + "\" is no whole number");
  return x.get<int64_t>();
}

int64_t json_fields::time(const char* name) const {
  auto result = number(name);
  if (result < 0 || result > std::numeric_limits<int64_t>::max() / 1'000'000)
    refuse(where_, std::string{"\""} + name + "\" is no time");
  return result;
}

std::string json_fields::text(const char* name) const {
  auto& x = at(name);
  if (!x.is_string())
    refuse(where_, std::string{"\""} + name + "\" is no text");
  return x.get<std::string>();
}

bool json_fields::flag(const char* name) const {
  auto& x = at(name);
  if (!x.is_boolean())
    refuse(where_, std::string{"\""} + name + "\" is not true or false");
  return x.get<bool>();
}

std::map<std::string, uint64_t> json_fields::counts(const char* name) const {
  std::map<std::string, uint64_t> result;
  auto inner = object(name);
  for (auto& [key, value] : inner.x_.items())
    if (!inner.is_exact_text(key))
      result[key] = inner.count(key.c_str());
  return result;
}

bool json_fields::is_exact_text(const std::string& key) const {
  constexpr std::string_view end = "_text";
  return key.size() > end.size()
         && key.compare(key.size() - end.size(), end.npos, end) == 0
         && x_[key].is_string()
         && x_.contains(key.substr(0, key.size() - end.size()));
}

} // namespace camnode
