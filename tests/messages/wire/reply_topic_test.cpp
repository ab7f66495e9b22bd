#define CAF_SUITE reply_topic
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"
#include "messages/wire/reply_topic.hpp"

using namespace camnode;

namespace {

bool allowed(std::string_view payload) {
  return !check_reply_topic(payload, "camera/response");
}

} // namespace

CAF_TEST(servers answer below the prefix) {
  CAF_CHECK(allowed("camera/response/a"));
  CAF_CHECK(allowed("camera/response/a/b c/\xc3\xa4"));
  CAF_CHECK(allowed("camera/response/" + std::string(240, 'x')));
}

CAF_TEST(servers answer nowhere else) {
  for (auto x :
       {"", "camera/response", "camera/response/", "camera/responses/a",
        "/camera/response/a", "Camera/response/a", "command/rec"})
    CAF_CHECK(!allowed(x));
}

CAF_TEST(reply topics are topics) {
  for (auto x : {"camera/response/#", "camera/response/+/a",
                 "camera/response/a\n", "camera/response/\xff"})
    CAF_CHECK(!allowed(x));
  CAF_CHECK(!allowed({"camera/response/a\0b", 19}));
  CAF_CHECK(!allowed("camera/response/" + std::string(241, 'x')));
}

CAF_TEST(refusals say what would be right) {
  CAF_CHECK_EQUAL(describe(check_reply_topic("command/rec", "camera/response")),
                  "bad message: reply topic: want one below camera/response/, "
                  "not \"command/rec\"");
}

CAF_TEST(answers are addresses) {
  auto answer = [](std::string_view x) {
    auto ip = parse_ip_answer(x);
    return ip ? *ip : "refused";
  };
  CAF_CHECK_EQUAL(answer("10.0.0.7"), "10.0.0.7");
  CAF_CHECK_EQUAL(answer(" 10.0.0.7\r\n"), "10.0.0.7");
  CAF_CHECK_EQUAL(answer("FE80::1"), "fe80::1");
  for (auto x :
       {"", "localhost", "10.0.0.7:8000", "10.0.0.7 10.0.0.8", "127.1"})
    CAF_CHECK_EQUAL(answer(x), "refused");
  CAF_CHECK_EQUAL(answer("10.0.0.7" + std::string(57, ' ')), "refused");
}
