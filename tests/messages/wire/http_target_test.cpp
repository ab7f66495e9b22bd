#define CAF_SUITE http_target
#include "tests/camnode_test.hpp"

#include "messages/wire/http_target.hpp"
#include "messages/wire/multipart.hpp"

using namespace camnode;

namespace {

http_target parsed(std::string_view text) {
  std::string why;
  auto result = parse_http_target(text, why);
  CAF_REQUIRE_EQUAL(why, "");
  CAF_REQUIRE(result);
  return *result;
}

std::string refusal(std::string_view text) {
  std::string why;
  auto result = parse_http_target(text, why);
  CAF_CHECK(!result);
  return why;
}

} // namespace

CAF_TEST(a path alone asks for the live stream) {
  for (auto text :
       {"/stream.mjpg", "/stream.mjpg?", "/stream.mjpg?mode=live",
        "/stream.mjpg?t=171&x", "/stream.mjpg?&&", "/%73tream%2emjpg",
        "http://pi:8000/stream.mjpg", "HTTP://pi/stream.mjpg?a=b"}) {
    auto x = parsed(text);
    CAF_CHECK_EQUAL(x.path, "/stream.mjpg");
    CAF_CHECK(!x.lossless);
    CAF_CHECK(!x.after);
  }
}

CAF_TEST(lossless mode starts where it is told) {
  for (auto text :
       {"/stream.mjpg?mode=lossless&after=7:1234",
        "/stream.mjpg?after=7%3A1234&mode=lossless",
        "/stream.mjpg?mode=live&after=1:1&mode=lossless&after=7:1234&z=1"}) {
    auto x = parsed(text);
    CAF_CHECK(x.lossless);
    CAF_REQUIRE(x.after);
    CAF_CHECK_EQUAL(x.after->epoch, 7u);
    CAF_CHECK_EQUAL(x.after->sequence, 1234u);
  }
}

CAF_TEST(what a client writes is read back) {
  auto x = parsed(lossless_stream_target(std::nullopt));
  CAF_CHECK_EQUAL(x.path, "/stream.mjpg");
  CAF_CHECK(x.lossless);
  CAF_CHECK(!x.after);
  constexpr auto most = max_exact_integer;
  x = parsed(lossless_stream_target(stream_position{most, most}));
  CAF_CHECK(x.lossless);
  CAF_REQUIRE(x.after);
  CAF_CHECK_EQUAL(x.after->epoch, most);
  CAF_CHECK_EQUAL(x.after->sequence, most);
}

CAF_TEST(unknown modes are refused) {
  CAF_CHECK_EQUAL(refusal("/?mode=fast"),
                  "mode is `fast`, expected live or lossless");
  CAF_CHECK_EQUAL(refusal("/?mode"), "mode is ``, expected live or lossless");
}

CAF_TEST(places that are none are refused) {
  for (auto value :
       {"", "7", ":", "7:", ":5", "7:5:1", "-7:5", "7:x", "9007199254740992:1",
        "1:9007199254740992", "18446744073709551616:1"})
    CAF_CHECK_EQUAL(refusal("/?mode=lossless&after=" + std::string{value}),
                    "after is `" + std::string{value}
                      + "`, expected <epoch>:<sequence>");
}

CAF_TEST(a place in the live stream is refused) {
  CAF_CHECK_EQUAL(refusal("/?after=7:1"), "after needs mode=lossless");
}

CAF_TEST(a path starts with a slash) {
  CAF_CHECK_EQUAL(refusal(""), "the path is ``, expected one that starts "
                               "with /");
  CAF_CHECK_EQUAL(refusal("*"), "the path is `*`, expected one that starts "
                                "with /");
  CAF_CHECK_EQUAL(refusal("http://pi"), "the path is ``, expected one that "
                                        "starts with /");
}

CAF_TEST(bytes that no target may hold are refused) {
  for (auto text : {"/a b", "/a\r\nb", "/\x80", "/\x7f"})
    CAF_CHECK_EQUAL(refusal(text), "the request target is not printable ASCII");
  for (auto text : {"/%00", "/%0d", "/%ff", "/%", "/%4", "/%zz", "/%4z"})
    CAF_CHECK_EQUAL(refusal(text),
                    "the path is not percent-encoded printable ASCII");
  for (auto text : {"/?%00", "/?a=%0a", "/?mode=%"})
    CAF_CHECK_EQUAL(refusal(text),
                    "the query is not percent-encoded printable ASCII");
}

CAF_TEST(a target has a bounded length) {
  CAF_CHECK_EQUAL(
    parsed("/" + std::string(max_http_target_bytes - 1, 'a')).path.size(),
    max_http_target_bytes);
  CAF_CHECK_EQUAL(refusal("/" + std::string(max_http_target_bytes, 'a')),
                  "the request target has more than 1024 bytes");
}

CAF_TEST(a target that is cut off anywhere is refused or less specific) {
  std::string text = "/stream.mjpg?mode=lossless&after=7:1234";
  for (size_t n = 0; n < text.size(); ++n) {
    std::string why;
    auto x = parse_http_target(text.substr(0, n), why);
    CAF_CHECK(x.has_value() == why.empty());
    CAF_CHECK(!x || !x->after || x->after->sequence < 1234);
  }
}
