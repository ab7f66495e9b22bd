// Whatever a sensor sends is refused or gives values that a CSV table takes; so
// does what a marker is.

#include "actors/sensor_log/cell_text.hpp"
#include "actors/sensor_log/marker.hpp"
#include "actors/sensor_log/sensor_payload.hpp"
#include "messages/disk/csv_table.hpp"
#include "messages/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

void check(bool x) {
  if (!x)
    std::abort();
}

void check_marker(std::string_view payload) {
  auto values = camnode::parse_marker(payload, "mqtt");
  if (!values)
    return;
  check(values->size() <= camnode::max_marker_keys);
  auto table = camnode::marker_table();
  for (auto& x : {*values, camnode::undivided_marker(payload, "mqtt")}) {
    auto row = table.make_row(1, x);
    check(row.engaged());
    auto parsed = camnode::parse_csv(table.header() + row->text);
    check(parsed && parsed->size() == 2);
    check((*parsed)[0][1] == "text" && !(*parsed)[1][1].empty());
    check((*parsed)[0][2] == "source" && !(*parsed)[1][2].empty());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view payload{reinterpret_cast<const char*>(data), size};
  check_marker(payload);
  auto values = camnode::parse_sensor_payload(payload);
  if (!values)
    return 0;
  // What has no columns of its own is there byte by byte.
  if (values->size() == 1 && values->front().first == "value") {
    auto bytes = camnode::cell_bytes(values->front().second);
    check(bytes.has_value());
    check(payload.empty() || payload.find('{') != std::string_view::npos
          || *bytes == payload);
  }
  check(camnode::cell_bytes(camnode::undivided_payload(payload)[0].second)
        == std::string{payload});
  for (const auto& [key, text] : *values) {
    check(camnode::is_utf8(key) && camnode::is_utf8(text));
    check(text.find('\0') == std::string::npos);
  }
  camnode::csv_table table;
  auto row = table.make_row(1, *values);
  check(row.engaged());
  auto parsed = camnode::parse_csv(table.header() + row->text);
  check(parsed && parsed->size() == 2);
  for (size_t i = 0; i < values->size(); ++i) {
    check((*parsed)[0][i + 1] == (*values)[i].first);
    check((*parsed)[1][i + 1] == (*values)[i].second);
  }
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  std::vector<std::vector<uint8_t>> result;
  for (std::string x : {"{\"t\":1,\"air\":{\"co2\":417.50},\"xs\":[1,[2],{}]}",
                        "{\"timestamp\":null,\"on\":true,\"s\":\"a,\\\"b\\n\"}",
                        "{\"t\":NaN,\"t\":.5,\"b\":\"\xb0\\ud83d\"}", "21.5",
                        "{\"text\":\"open\",\"source\":1,\"time_ns\":{}}",
                        "[[[[{\"a\":1e99}]]]]", "\xff on", "base64:"})
    result.emplace_back(x.begin(), x.end());
  return result;
}
