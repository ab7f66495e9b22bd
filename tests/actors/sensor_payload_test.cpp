#define CAF_SUITE sensor_payload
#include "tests/camnode_test.hpp"

#include "actors/sensor_log/sensor_payload.hpp"
#include "messages/error.hpp"

using namespace camnode;

namespace {

sensor_values values(std::string_view payload) {
  auto x = parse_sensor_payload(payload);
  CAF_REQUIRE(x);
  return *x;
}

std::string reason(std::string_view payload) {
  auto x = parse_sensor_payload(payload);
  return x ? "accepted" : describe(x.error());
}

/// An object with `n` levels around one number.
std::string nested(size_t n) {
  std::string result;
  for (size_t i = 0; i < n; ++i)
    result += "{\"a\":";
  return result + "1" + std::string(n, '}');
}

} // namespace

CAF_TEST(leaves have the names on their way) {
  CAF_CHECK(values(R"({"t":1,"air":{"co2":{"ppm":417}},"xs":[5,[6],{"y":7}]})")
            == (sensor_values{{"t", "1"},
                              {"air.co2.ppm", "417"},
                              {"xs.0", "5"},
                              {"xs.1.0", "6"},
                              {"xs.2.y", "7"}}));
}

CAF_TEST(values are texts) {
  CAF_CHECK(values(R"({"a":null,"b":true,"c":false,"d":"x\"\n\u00e4","e":""})")
            == (sensor_values{{"a", ""},
                              {"b", "true"},
                              {"c", "false"},
                              {"d", "x\"\n\xc3\xa4"},
                              {"e", ""}}));
}

CAF_TEST(numbers stay as they were written) {
  for (auto x : {"0", "-7", "9007199254740993", "18446744073709551615",
                 "-9223372036854775808", "123456789012345678901234567890",
                 "0.1", "1.50", "-0.0", "1e3", "6.02214076E+23"})
    CAF_CHECK(values("{\"x\":" + std::string{x} + "}")
              == (sensor_values{{"x", x}}));
}

CAF_TEST(empty objects and arrays leave their name) {
  CAF_CHECK(
    values(R"({"a":{},"b":[],"c":[[],1]})")
    == (sensor_values{{"a", ""}, {"b", ""}, {"c.0", ""}, {"c.1", "1"}}));
  CAF_CHECK(values("{}").empty());
}

CAF_TEST(only the key timestamp gives way to the first column) {
  CAF_CHECK(values(R"({"timestamp":1,"t":2,"ts":3,"time":4,)"
                   R"("a":{"timestamp":5}})")
            == (sensor_values{{"payload.timestamp", "1"},
                              {"t", "2"},
                              {"ts", "3"},
                              {"time", "4"},
                              {"a.timestamp", "5"}}));
}

CAF_TEST(anything but an object is one value as it is) {
  for (auto x : {"", "21.5", " 21.50 ", "on", "\"on\"", "null", "[1,2]",
                 "{\"a\":1", "{\"a\":1} x", "{\"a\":1e999}", "{'a':1}"})
    CAF_CHECK(values(x) == (sensor_values{{"value", x}}));
}

CAF_TEST(bytes that are not text cost no reading) {
  CAF_CHECK(values("a\xff") == (sensor_values{{"value", "a\xef\xbf\xbd"}}));
  CAF_CHECK(values("{\"a\":\"\xff\"}")
            == (sensor_values{{"value", "{\"a\":\"\xef\xbf\xbd\"}"}}));
  CAF_CHECK(values(R"({"a\u0000":"\u0000"})")
            == (sensor_values{{"a\xef\xbf\xbd", "\xef\xbf\xbd"}}));
}

CAF_TEST(objects are bounded in depth and width and in their keys) {
  CAF_CHECK_EQUAL(reason(nested(32)), "accepted");
  CAF_CHECK_EQUAL(reason(nested(33)), "bad message: more than 32 levels");
  std::string deep_array(100'000, '[');
  CAF_CHECK_EQUAL(reason("{\"a\":" + deep_array),
                  "bad message: more than 32 levels");
  std::string wide = "{\"k\":0";
  for (int i = 1; i < 1023; ++i)
    wide += ",\"" + std::to_string(i) + "\":0";
  CAF_CHECK_EQUAL(reason(wide + "}"), "accepted");
  CAF_CHECK_EQUAL(reason(wide + ",\"z\":0}"),
                  "bad message: more than 1023 values");
  std::string key(256, 'k');
  CAF_CHECK_EQUAL(reason("{\"" + key + "\":0}"), "accepted");
  CAF_CHECK_EQUAL(reason("{\"" + key + "k\":0}").substr(0, 42),
                  "bad message: a key of more than 256 bytes:");
}

CAF_TEST(two values for one key are refused) {
  for (auto x :
       {R"({"a":1,"a":2})", R"({"a.b":1,"a":{"b":2}})", R"({"a":[1],"a.0":2})",
        R"({"timestamp":1,"payload":{"timestamp":2}})"})
    CAF_CHECK_EQUAL(reason(x).substr(0, 32),
                    "bad message: two values for the ");
}

CAF_TEST(oversized payloads are refused) {
  std::string limit(size_t{256} << 10, 'x');
  CAF_CHECK_EQUAL(reason(limit), "accepted");
  CAF_CHECK_EQUAL(reason(limit + 'x'), "bad message: more than 256 KiB");
}

CAF_TEST(an object cut off anywhere is one value as it is) {
  std::string text = R"({"a":{"b":[1,2.5,"x"]},"c":null})";
  for (size_t n = 0; n < text.size(); ++n) {
    auto piece = text.substr(0, n);
    CAF_CHECK(values(piece) == (sensor_values{{"value", piece}}));
  }
}
