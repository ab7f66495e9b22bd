#include "messages/wire/metadata.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"
#include "messages/wire/json_text.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace camnode {

namespace {

using nlohmann::json;

/// Where JavaScript and jq begin to round whole numbers.
constexpr double first_rounded = 9007199254740992.;

caf::error refusal(const std::string& why) {
  return caf::make_error(ec::bad_message, "metadata " + why);
}

caf::error check(const std::string& key, const json& value) {
  if (key.empty())
    return refusal("has a key without a name");
  if (value.is_number() && !(std::abs(value.get<double>()) < first_rounded))
    return refusal(quote(key)
                   + " is a whole number beyond 2^53: give it as a "
                     "text, so that nobody rounds it");
  if (value.is_string() || value.is_number() || value.is_boolean())
    return {};
  return refusal(quote(key) + " must be a text, a number, true or false, not "
                 + value.type_name());
}

} // namespace

caf::expected<std::string> read_metadata(const json& x) {
  if (!x.is_object())
    return refusal(std::string{"must be an object, not "} + x.type_name());
  if (x.size() > max_metadata_keys)
    return refusal("has more than 64 keys");
  for (auto& [key, value] : x.items())
    if (auto err = check(key, value))
      return err;
  auto result = x.empty() ? std::string{} : dump_json(x);
  if (result.size() > max_metadata_bytes)
    return refusal("is larger than 16 KiB");
  return result;
}

} // namespace camnode
