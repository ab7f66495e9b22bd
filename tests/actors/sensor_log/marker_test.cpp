#define CAF_SUITE marker
#include "tests/camnode_test.hpp"

#include "actors/sensor_log/marker.hpp"
#include "messages/error.hpp"

#include <string>

using namespace camnode;

namespace {

/// The row of a marker, after its header where that has grown; or why there is
/// none.
std::string row_of(std::string_view payload) {
  auto values = parse_marker(payload, "mqtt");
  if (!values)
    return reason_of(values.error());
  auto table = marker_table();
  auto row = table.make_row(1, *values);
  if (!row)
    CAF_FAIL(describe(row.error()));
  return (row->widened ? table.header() : "") + row->text;
}

} // namespace

CAF_TEST(a text is a marker) {
  CAF_CHECK_EQUAL(row_of("door opened"), "1,door opened,mqtt\n");
  CAF_CHECK_EQUAL(row_of(" 7\n"), "1,7,mqtt\n");
  CAF_CHECK_EQUAL(row_of("a,\"b\""), "1,\"a,\"\"b\"\"\",mqtt\n");
  CAF_CHECK_EQUAL(row_of("\xff"), "1,base64:/w==,mqtt\n");
  CAF_CHECK_EQUAL(row_of("[1]"), "1,[1],mqtt\n");
}

CAF_TEST(an object with a text is a marker with further keys) {
  CAF_CHECK_EQUAL(row_of(R"({"text":"door"})"), "1,door,mqtt\n");
  CAF_CHECK_EQUAL(row_of(R"({"trial":7,"text":"door","at":{"x":1}})"),
                  "time_ns,text,source,trial,at.x\n1,door,mqtt,7,1\n");
  CAF_CHECK_EQUAL(row_of(R"({"text":"door","source":"left button"})"),
                  "1,door,left button\n");
  CAF_CHECK_EQUAL(row_of(R"({"text":"door","source":""})"), "1,door,mqtt\n");
  CAF_CHECK_EQUAL(row_of(R"({"text":"door","time_ns":5,"timestamp":6})"),
                  "time_ns,text,source,payload.time_ns,timestamp\n"
                  "1,door,mqtt,5,6\n");
}

CAF_TEST(a marker without a text is refused) {
  const std::string why = "a marker needs a text: the text alone, or JSON with "
                          "\"text\"";
  for (auto* x : {"", " \n", "{}", R"({"note":"door"})", R"({"text":" "})",
                  R"({"text":null})", R"({"text":{"a":1}})"})
    CAF_CHECK_EQUAL(row_of(x), why);
}

CAF_TEST(markers are bounded) {
  std::string text(max_marker_bytes, 'x');
  CAF_CHECK_EQUAL(row_of(text), "1," + text + ",mqtt\n");
  CAF_CHECK_EQUAL(row_of(text + "x"), "a marker has 4 KiB at most");
  std::string keys = "{\"text\":\"a\"";
  for (size_t i = 2; i < max_marker_keys; ++i) // Without `source`.
    keys += ",\"" + std::to_string(i) + "\":1";
  auto most = parse_marker(keys + "}", "mqtt");
  CAF_REQUIRE(most);
  CAF_CHECK_EQUAL(most->size(), max_marker_keys);
  CAF_CHECK_EQUAL(row_of(keys + ",\"x\":1}"), "a marker has 64 keys at most");
}

CAF_TEST(what is cut at any place is the text that it is) {
  const std::string whole = R"({"text":"door","at":[1,{"x":"\u00e4"}]})";
  for (size_t n = 1; n < whole.size(); ++n) {
    auto payload = whole.substr(0, n);
    auto values = parse_marker(payload, "api");
    CAF_REQUIRE(values);
    CAF_CHECK_EQUAL(*values, undivided_marker(payload, "api"));
  }
}
