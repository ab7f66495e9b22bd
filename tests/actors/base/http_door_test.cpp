#define CAF_SUITE http_door
#include "tests/camnode_test.hpp"

#include "actors/base/http_door.hpp"
#include "messages/wire/http_target.hpp"

using namespace camnode;

namespace {

const std::string token = "0123456789abcdef;&%";

/// Of user `any` and the token.
const std::string basic = "Basic YW55OjAxMjM0NTY3ODlhYmNkZWY7JiU=";

/// A request that the rules let pass, until a test changes it.
struct question {
  std::string method = "GET";
  std::string target = "/status";
  std::string host = "127.0.0.1:8080";
  std::string origin = {};
  std::string authorization = {};
  std::string cookie = {};
};

struct fixture {
  http_verdict judge(const question& x) const {
    std::string why;
    auto target = parse_http_target(x.target, why);
    if (!target)
      CAF_FAIL(why);
    return http_door{options}.judge({x.method, x.target, x.host, x.origin, "",
                                     x.authorization, x.cookie},
                                    *target);
  }

  unsigned status(const question& x) const {
    auto verdict = judge(x);
    CAF_CHECK_EQUAL(verdict.why.empty(),
                    verdict.status == 200 || verdict.status == 303);
    return verdict.status;
  }

  /// With a right token.
  question shown(question x = {}) const {
    x.authorization = "Bearer " + token;
    return x;
  }

  question posted(question x = {}) const {
    x.method = "POST";
    return x;
  }

  http_door_options options{token, {"lab", "lab.local"}};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(http_door_tests, fixture)

CAF_TEST(on loopback everyone looks and the token operates) {
  CAF_CHECK_EQUAL(status({}), 200u);
  CAF_CHECK(judge({}).right == http_right::look);
  CAF_CHECK(judge(shown()).right == http_right::operate);
  CAF_CHECK_EQUAL(status(posted()), 401u);
  CAF_CHECK_EQUAL(status(posted(shown())), 200u);
}

CAF_TEST(where others come it takes the token to look) {
  options.open_to_others = true;
  CAF_CHECK_EQUAL(status({}), 401u);
  CAF_CHECK(!judge({}).wrong_token);
  CAF_CHECK_EQUAL(status(shown()), 200u);
}

CAF_TEST(without a token everyone looks and nobody operates) {
  options.token.clear();
  for (auto others : {false, true}) {
    options.open_to_others = others;
    for (std::string text : {"", "Bearer ", "Basic ", "Basic Og=="}) {
      question x;
      x.authorization = text;
      CAF_CHECK(judge(x).right == http_right::look);
      CAF_CHECK_EQUAL(status(x), 200u);
      CAF_CHECK_EQUAL(status(posted(x)), 403u);
    }
  }
}

CAF_TEST(the token comes in Authorization or as a cookie) {
  options.open_to_others = true;
  auto encoded = percent_encoded(token);
  for (auto& text : {"Bearer " + token, "bearer  " + token, basic}) {
    question x;
    x.authorization = text;
    CAF_CHECK_EQUAL(status(x), 200u);
    CAF_CHECK_EQUAL(status(posted(x)), 200u);
  }
  for (auto& text : {"camnode=" + encoded, "a=b; camnode=" + encoded + "; c",
                     "camnode=other; camnode=" + encoded,
                     "camnode=%zz;camnode=" + encoded}) {
    question x;
    x.cookie = text;
    CAF_CHECK_EQUAL(status(x), 200u);
  }
}

CAF_TEST(a wrong token is told from a missing one) {
  for (auto others : {false, true}) {
    options.open_to_others = others;
    for (auto& text : {"Bearer " + token + "x", "Bearer " + token.substr(1),
                       std::string{"Bearer "}, std::string{"Basic YW55Og=="},
                       std::string{"Basic YW55"}, std::string{"Basic !!!"}}) {
      question x;
      x.authorization = text;
      CAF_CHECK_EQUAL(status(x), 401u);
      CAF_CHECK(judge(x).wrong_token);
      x.cookie = "camnode=" + percent_encoded(token);
      CAF_CHECK(judge(x).wrong_token);
    }
    question unknown;
    unknown.authorization = "Digest " + token;
    CAF_CHECK(!judge(unknown).wrong_token);
  }
}

CAF_TEST(a wrong cookie may be that of another port) {
  question x;
  x.cookie = "camnode=of-a-server-on-this-machine";
  CAF_CHECK_EQUAL(status(x), 200u);
  CAF_CHECK(judge(x).right == http_right::look);
  x.origin = "http://127.0.0.1:8080";
  CAF_CHECK(judge(posted(x)).wrong_token);
  options.open_to_others = true;
  CAF_CHECK(judge(x).wrong_token);
}

CAF_TEST(a page behind a name of somebody else reaches nothing) {
  for (auto* bad :
       {"evil.example", "evil.example:8080", "127.0.0.1.evil", "", "[evil]:1",
        "[::1", "localhost.evil", "lab.evil", ":8080"}) {
    question x;
    x.host = bad;
    CAF_CHECK_EQUAL(status(x), 421u);
    CAF_CHECK_EQUAL(status(posted(shown(x))), 421u);
  }
  for (auto* good : {"127.0.0.1", "10.1.2.3:1", "localhost:1", "LocalHost",
                     "[::1]:4711", "[::1]", "fe80::1", "[fe80::1%25eth0]:1",
                     "lab", "LAB:8080", "lab.local:1"}) {
    question x;
    x.host = good;
    CAF_CHECK_EQUAL(status(x), 200u);
  }
}

CAF_TEST(a page of somebody else operates nothing) {
  auto own = shown();
  own.origin = "http://127.0.0.1:8080";
  CAF_CHECK_EQUAL(status(posted(own)), 200u);
  for (auto* bad : {"http://evil.example", "null", "http://127.0.0.1",
                    "http://127.0.0.1:80800", "https://127.0.0.1:8080",
                    "127.0.0.1:8080", "http://127.0.0.1:8080/"}) {
    auto x = shown();
    x.origin = bad;
    CAF_CHECK_EQUAL(status(posted(x)), 403u);
    CAF_CHECK_EQUAL(status(x), 200u); // It cannot read the answer.
  }
  options.tls = true;
  CAF_CHECK_EQUAL(status(posted(own)), 403u);
  own.origin = "https://127.0.0.1:8080";
  CAF_CHECK_EQUAL(status(posted(own)), 200u);
}

CAF_TEST(a command by cookie needs the Origin that browsers send) {
  question x;
  x.cookie = "camnode=" + percent_encoded(token);
  CAF_CHECK_EQUAL(status(posted(x)), 403u);
  x.origin = "http://127.0.0.1:8080";
  CAF_CHECK_EQUAL(status(posted(x)), 200u);
}

CAF_TEST(the query of the page gets the cookie and goes) {
  options.open_to_others = true;
  question x;
  x.target = "/?token=" + percent_encoded(token);
  CAF_CHECK_EQUAL(status(x), 303u);
  auto fields = http_door{options}.exchange_fields();
  CAF_REQUIRE_EQUAL(fields.size(), 2u);
  CAF_CHECK_EQUAL(fields[0].name + ": " + fields[0].value, "Location: /");
  auto cookie = "camnode=" + percent_encoded(token)
                + "; Path=/; SameSite=Strict; HttpOnly";
  CAF_CHECK_EQUAL(fields[1].name, "Set-Cookie");
  CAF_CHECK_EQUAL(fields[1].value, cookie);
  options.tls = true;
  fields = http_door{options}.exchange_fields();
  CAF_CHECK_EQUAL(fields[1].value, cookie + "; Secure");
  options.tls = false;
  x.target = "/?token=wrong";
  CAF_CHECK(judge(x).wrong_token);
}

CAF_TEST(a token in any other query is refused) {
  for (std::string path : {"/status", "/stream.mjpg", "/api/v1/node"}) {
    auto x = shown();
    x.target = path + "?token=" + percent_encoded(token);
    CAF_CHECK_EQUAL(status(x), 400u);
  }
  auto x = posted(shown());
  x.target = "/?token=" + percent_encoded(token);
  CAF_CHECK_EQUAL(status(x), 400u);
}

CAF_TEST_FIXTURE_SCOPE_END()
