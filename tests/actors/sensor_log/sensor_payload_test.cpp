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
                 "{\"a\":1", "{\"a\":1} x", "{'a':1}", "{\"a\":1,}",
                 "{\"a\" 1}", "{\"a\":}", "{\"a\":2 3}", "{\"a\":[1}",
                 "{\"a\":\"\\q\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\"})
    CAF_CHECK(values(x) == (sensor_values{{"value", x}}));
}

CAF_TEST(a word that is no number costs nobody else a column) {
  for (auto x : {"NaN", "Infinity", "-Infinity", "1e400", ".5", "+1", "nan",
                 "01", "0x1F", "None"})
    CAF_CHECK(values("{\"x\":" + std::string{x} + ",\"h\":[41.5]}")
              == (sensor_values{{"x", x}, {"h.0", "41.5"}}));
}

CAF_TEST(of a name that comes twice the last value counts) {
  CAF_CHECK(values(R"({"t":20.1,"t":20.2,"h":40})")
            == (sensor_values{{"t", "20.2"}, {"h", "40"}}));
  CAF_CHECK(values(R"({"a":{"x":1,"y":2},"b":[1,2,3],"a":{"x":3},"b":[4]})")
            == (sensor_values{{"a.x", "3"}, {"b.0", "4"}}));
  CAF_CHECK(values(R"({"a":{"b":1,"b":2},"a\u0062":3,"ab":4})")
            == (sensor_values{{"a.b", "2"}, {"ab", "4"}}));
}

CAF_TEST(bytes that are not text can be had back) {
  CAF_CHECK(values("\xc3\xf5\xaa\x41")
            == (sensor_values{{"value", "base64:w/WqQQ=="}}));
  CAF_CHECK(values("{\"t\":21.0,\"unit\":\"\xb0"
                   "C\"}")
            == (sensor_values{{"t", "21.0"}, {"unit", "base64:sEM="}}));
  CAF_CHECK(values("{\"\xb0\":1,\"b\":{\"\xb0\":2}}")
            == (sensor_values{{"base64:sA==", "1"}, {"base64:Yi6w", "2"}}));
  CAF_CHECK(values(R"({"a":"\u0000","b":"\ud83d\ude00","c":"\ud83d"})")
            == (sensor_values{{"a", "base64:AA=="},
                              {"b", "\xf0\x9f\x98\x80"},
                              {"c", "base64:7aC9"}}));
  CAF_CHECK(values("base64:sEM=")
            == (sensor_values{{"value", "base64:YmFzZTY0OnNFTT0="}}));
}

CAF_TEST(what programs put around an object does not matter) {
  CAF_CHECK(values("\xef\xbb\xbf {\"t\":1}\r\n")
            == (sensor_values{{"t", "1"}}));
  CAF_CHECK(values(std::string_view{"{\"t\":1}\0\0", 9})
            == (sensor_values{{"t", "1"}}));
  CAF_CHECK(values("{\"a\nb\":\"\r\n\t\"}")
            == (sensor_values{{"a\nb", "\r\n\t"}}));
}

CAF_TEST(what is nested too deep is one value as it was) {
  auto deep = values(nested(33));
  CAF_REQUIRE_EQUAL(deep.size(), 1u);
  CAF_CHECK_EQUAL(deep[0].first.size(), 63u);
  CAF_CHECK_EQUAL(deep[0].second, R"({"a":1})");
  auto deepest = values(nested(32));
  CAF_CHECK_EQUAL(deepest[0].second, "1");
  std::string arrays(100'000, '[');
  auto whole = "{\"b\":1,\"a\":" + arrays + "\"]\"" + std::string(100'000, ']')
               + "}";
  auto x = values(whole);
  CAF_REQUIRE_EQUAL(x.size(), 2u);
  CAF_CHECK_EQUAL(x[1].second.size(), whole.size() - 12 - 2 * 31);
  for (auto broken : {"{\"a\":" + arrays, "{\"a\":" + arrays + "}",
                      "{\"a\":" + arrays + "\""})
    CAF_CHECK(values(broken) == (sensor_values{{"value", broken}}));
}

CAF_TEST(what is too wide is one value as it was) {
  std::string wide = "[0";
  for (int i = 1; i < 1'100; ++i)
    wide += ", " + std::to_string(i);
  wide += "]";
  CAF_CHECK(
    values("{\"t\":20,\"xs\":" + wide + ",\"h\":{\"a\":1,\"b\":2}}")
    == (sensor_values{{"t", "20"}, {"xs", wide}, {"h.a", "1"}, {"h.b", "2"}}));
  std::string keys = "{\"k\":0";
  for (int i = 1; i < 1023; ++i)
    keys += ",\"" + std::to_string(i) + "\":0";
  CAF_CHECK_EQUAL(values(keys + "}").size(), 1023u);
  auto more = keys + ",\"z\":0}";
  CAF_CHECK(values(more) == (sensor_values{{"value", more}}));
}

CAF_TEST(what has no name of its own is one value as it was) {
  CAF_CHECK(values(R"({"a":{"b":2},"a.b":1,"c":[1],"c.0":2})")
            == (sensor_values{
              {"a", "{\"b\":2}"}, {"a.b", "1"}, {"c", "[1]"}, {"c.0", "2"}}));
  CAF_CHECK(values(R"({"m":{"a.b":1,"a":{"b":2}},"n":1})")
            == (sensor_values{{"m", R"({"a.b":1,"a":{"b":2}})"}, {"n", "1"}}));
  CAF_CHECK(values(R"({"timestamp":1,"payload":{"timestamp":2}})")
            == (sensor_values{{"payload.timestamp", "1"},
                              {"payload", "{\"timestamp\":2}"}}));
  auto twice = R"({"timestamp":1,"payload.timestamp":2})";
  CAF_CHECK(values(twice) == (sensor_values{{"value", twice}}));
  std::string key(256, 'k');
  CAF_CHECK(values("{\"" + key + "\":0}") == (sensor_values{{key, "0"}}));
  auto longer = "{\"" + key + "k\":0}";
  CAF_CHECK(values(longer) == (sensor_values{{"value", longer}}));
  CAF_CHECK(values("{\"a\":" + longer + "}") == (sensor_values{{"a", longer}}));
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
