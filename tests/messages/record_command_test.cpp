#define CAF_SUITE commands_to_record
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"
#include "messages/wire/record_command.hpp"

using namespace camnode;

namespace {

std::string reason(std::string_view payload) {
  auto x = parse_record_command(payload);
  return x ? "accepted" : describe(x.error());
}

} // namespace

CAF_TEST(words start and stop in any case and with blanks around) {
  for (auto x : {"start", "true", "recording_start", " Start\n", "TRUE\t"}) {
    auto command = parse_record_command(x);
    CAF_REQUIRE(command);
    CAF_CHECK(command->start);
    CAF_CHECK(command->label.empty());
    CAF_CHECK_EQUAL(command->duration_ms, 0);
  }
  for (auto x : {"stop", "false", "recording_stop", "Recording_Stop "}) {
    auto command = parse_record_command(x);
    CAF_REQUIRE(command);
    CAF_CHECK(!command->start);
  }
}

CAF_TEST(json starts with label and duration) {
  auto x = parse_record_command(
    R"({"action":"start","label":"trial-07","duration_s":120})");
  CAF_REQUIRE(x);
  CAF_CHECK(x->start);
  CAF_CHECK_EQUAL(x->label, "trial-07");
  CAF_CHECK_EQUAL(x->duration_ms, 120'000);
}

CAF_TEST(durations go from a tenth of a second to thirty days) {
  auto duration = [](const std::string& text) {
    auto x = parse_record_command(R"({"action":"Start","duration_s":)" + text
                                  + "}");
    return x ? x->duration_ms : -1;
  };
  CAF_CHECK_EQUAL(duration("0.1"), 100);
  CAF_CHECK_EQUAL(duration("1.2345"), 1235);
  CAF_CHECK_EQUAL(duration("2592000"), 2'592'000'000);
  for (auto x : {"0", "0.0999", "-1", "2592000.1", "1e99", "1e999", "\"5\"",
                 "null", "true"})
    CAF_CHECK_EQUAL(duration(x), -1);
}

CAF_TEST(labels that could not be in a file name are refused) {
  auto accepted = [](const std::string& label) {
    return parse_record_command(R"({"action":"start","label":)" + label + "}")
      .engaged();
  };
  CAF_CHECK(accepted("\"\""));
  CAF_CHECK(accepted("\"" + std::string(64, 'x') + "\""));
  CAF_CHECK(!accepted("\"" + std::string(65, 'x') + "\""));
  for (auto x :
       {"\"../x\"", "\"a b\"", "\"\\u00e4\"", "\"a\\u0000\"", "7", "null"})
    CAF_CHECK(!accepted(x));
}

CAF_TEST(a stop says which session it means and has no duration) {
  auto x = parse_record_command(
    R"({"action":"stop","label":"a","duration_s":5})");
  CAF_REQUIRE(x);
  CAF_CHECK(!x->start);
  CAF_CHECK_EQUAL(x->label, "a");
  CAF_CHECK_EQUAL(x->duration_ms, 0);
}

CAF_TEST(a start may do without cameras that are missing) {
  auto x = parse_record_command(R"({"action":"start"})");
  CAF_CHECK(x && !x->without_missing);
  x = parse_record_command(R"({"action":"start","without_missing":true})");
  CAF_CHECK(x && x->without_missing && !x->force);
  CAF_CHECK(
    !parse_record_command(R"({"action":"start","without_missing":"cam-4"})"));
}

CAF_TEST(anything else is refused in one line) {
  for (auto x :
       {"", "go", "1", "[]", "{}", "null", "\"start\"", "{\"action\":1}",
        "{\"action\":\"go\"}", "{\"action\":\"start\"", "sta\nrt"}) {
    CAF_CHECK(!parse_record_command(x));
    CAF_CHECK_EQUAL(reason(x).find('\n'), std::string::npos);
  }
}

CAF_TEST(a key that nobody knows is refused by name) {
  const std::string known = "; want action, label, duration_s, force, "
                            "without_missing or metadata";
  CAF_CHECK_EQUAL(reason(R"({"action":"start","duration":120})"),
                  "bad message: record command: there is no key \"duration\""
                    + known);
  CAF_CHECK_EQUAL(reason(R"({"action":"stop","lable":"t7"})"),
                  "bad message: record command: there is no key \"lable\""
                    + known);
  CAF_CHECK_EQUAL(reason(R"({"Action":"start"})"),
                  "bad message: record command: there is no key \"Action\""
                    + known);
  CAF_CHECK_EQUAL(reason(R"({"action":"start","a\nb)" + std::string(99, 'x')
                         + R"(":1})"),
                  "bad message: record command: there is no key \"a?b"
                    + std::string(37, 'x') + "\"..." + known);
}

CAF_TEST(refusals quote at most forty characters) {
  CAF_CHECK_EQUAL(reason(std::string(1000, 'x')),
                  "bad message: record command: want start, stop or a JSON "
                  "object with an action, not \""
                    + std::string(40, 'x') + "\"...");
}

CAF_TEST(oversized payloads are refused unread) {
  std::string x(size_t{256} << 10, ' ');
  CAF_CHECK(parse_record_command("start" + x.substr(5)));
  CAF_CHECK(!parse_record_command("start" + x));
}

CAF_TEST(a start may be forced) {
  auto x = parse_record_command(R"({"action":"start","force":true})");
  CAF_REQUIRE(x);
  CAF_CHECK(x->force);
  CAF_CHECK(!parse_record_command(R"({"action":"start"})")->force);
  CAF_CHECK(!parse_record_command(R"({"action":"start","force":1})"));
}

CAF_TEST(a start says what the session is remembered with) {
  const std::string text
    = R"({"action":"start","metadata":{"subject":"m\u00fc 7","n":1.5,"w":true}})";
  auto x = parse_record_command(text);
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->metadata,
                  "{\"n\":1.5,\"subject\":\"m\xc3\xbc 7\",\"w\":true}");
  CAF_CHECK_EQUAL(
    parse_record_command(R"({"action":"start","metadata":{}})")->metadata, "");
  for (size_t n = 0; n < text.size(); ++n)
    CAF_CHECK(!parse_record_command(std::string_view{text}.substr(0, n)));
}

CAF_TEST(metadata of a wrong kind or size refuse the start and say so) {
  auto with = [](const std::string& metadata) {
    return reason(R"({"action":"start","metadata":)" + metadata + "}");
  };
  const std::string begin = "bad message: record command: metadata ";
  CAF_CHECK_EQUAL(with("7"), begin + "must be an object, not number");
  CAF_CHECK_EQUAL(with(R"({"a":{"b":1}})"),
                  begin
                    + "\"a\" must be a text, a number, true or false, not "
                      "object");
  CAF_CHECK_EQUAL(with(R"({"":1})"), begin + "has a key without a name");
  CAF_CHECK_EQUAL(with(R"({"id":9007199254740993})"),
                  begin
                    + "\"id\" is a whole number beyond 2^53: give it as a "
                      "text, so that nobody rounds it");
  CAF_CHECK_EQUAL(with(R"({"id":18446744073709551617})"),
                  with(R"({"id":9007199254740993})"));
  CAF_CHECK_EQUAL(with(R"({"id":9007199254740991,"x":-1.5})"), "accepted");
  CAF_CHECK_EQUAL(reason(R"({"action":"stop","metadata":{"a":1}})"),
                  begin.substr(0, begin.size() - 1) + ": is for a start");
  std::string many = "{";
  for (int i = 0; i < 65; ++i)
    many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
  CAF_CHECK_EQUAL(with(many + "}"), begin + "has more than 64 keys");
  auto large = [](size_t n) {
    return "{\"a\":\"" + std::string(n, 'x') + "\"}";
  };
  CAF_CHECK_EQUAL(with(large((16 << 10) - 8)), "accepted");
  CAF_CHECK_EQUAL(with(large((16 << 10) - 7)), begin + "is larger than 16 KiB");
}
