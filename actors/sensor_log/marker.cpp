#include "actors/sensor_log/marker.hpp"

#include "actors/sensor_log/cell_text.hpp"
#include "actors/sensor_log/sensor_payload.hpp"
#include "messages/error.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <string>

namespace camnode {

namespace {

caf::error refusal(const char* why) {
  return caf::make_error(ec::bad_message, std::string{why});
}

/// @returns The text of that name; empty if there is none.
std::string_view find(const sensor_values& values, std::string_view name) {
  auto i = std::find_if(values.begin(), values.end(),
                        [=](auto& x) { return x.first == name; });
  return i == values.end() ? std::string_view{} : i->second;
}

} // namespace

csv_table marker_table() {
  return csv_table{{marker_time, "text", "source"}};
}

caf::expected<sensor_values> parse_marker(std::string_view payload,
                                          std::string_view source) {
  if (payload.size() > max_marker_bytes)
    return refusal("a marker has 4 KiB at most");
  auto values = object_columns(payload, marker_time);
  if (!values)
    values = undivided_marker(payload, source);
  if (trim(find(*values, "text")).empty())
    return refusal("a marker needs a text: the text alone, or JSON with "
                   "\"text\"");
  if (find(*values, "source").empty()) {
    auto is_source = [](auto& x) { return x.first == "source"; };
    values->erase(std::remove_if(values->begin(), values->end(), is_source),
                  values->end());
    values->emplace_back("source", source);
  }
  if (values->size() > max_marker_keys)
    return refusal("a marker has 64 keys at most");
  return std::move(*values);
}

sensor_values undivided_marker(std::string_view payload,
                               std::string_view source) {
  return {{"text", cell_text(trim(payload))}, {"source", std::string{source}}};
}

} // namespace camnode
