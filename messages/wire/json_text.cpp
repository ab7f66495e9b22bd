#include "messages/wire/json_text.hpp"

#include "messages/wire/multipart.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace camnode {

using json = nlohmann::ordered_json;

namespace {

bool is_rounded(const json& x) {
  constexpr auto most = static_cast<int64_t>(max_exact_integer);
  if (x.is_number_unsigned())
    return x.get<uint64_t>() > max_exact_integer;
  return x.is_number_integer()
         && (x.get<int64_t>() > most || x.get<int64_t>() < -most);
}

} // namespace

void add_exact_texts(json& x) {
  if (!x.is_structured())
    return;
  for (auto& y : x)
    add_exact_texts(y);
  if (!x.is_object() || std::none_of(x.begin(), x.end(), [](auto& y) {
        return is_rounded(y);
      }))
    return;
  auto result = json::object();
  for (auto& [key, value] : x.items()) {
    auto digits = is_rounded(value) ? value.dump() : std::string{};
    result[key] = std::move(value);
    if (!digits.empty())
      result[key + "_text"] = std::move(digits);
  }
  x = std::move(result);
}

nlohmann::json parse_json(std::string_view text) {
  return nlohmann::json::parse(text, nullptr, false);
}

std::string dump_json(const nlohmann::json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string dump_json(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string json_text(json x, int indent) {
  add_exact_texts(x);
  return x.dump(indent, ' ', false, json::error_handler_t::replace);
}

std::string json_line(const char* key, std::string_view text) {
  json object;
  object[key] = text;
  return json_text(std::move(object), -1) + "\n";
}

} // namespace camnode
