#define CAF_SUITE server_door
#include "tests/camnode_test.hpp"

#include "actors/viewer/server_door.hpp"

#include "tests/scratch_directory.hpp"

using namespace camnode;

namespace {

const std::string token = "sixteen-visible-characters";

struct fixture {
  server_door door(const server_keys_ptr& keys, bool announces_tls = false) {
    server_door result{"10.0.0.7", 8000, "cam-1"};
    result.announces_tls = announces_tls;
    result.keys = keys;
    return result;
  }

  server_keys_ptr keys(const std::string& ca_file,
                       const std::string& token_file = {}) {
    return std::make_shared<server_keys>(ca_file, token_file);
  }

  std::string put(const std::string& name, const std::string& text) {
    return folder.put(name, text).string();
  }

  camnode_test::scratch_directory folder;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_door_tests, fixture)

CAF_TEST(a server and a client that do not agree on TLS do not talk) {
  auto says = [](const server_door& x, const std::string& text) {
    return why_shut(x).find(text) != std::string::npos;
  };
  for (auto& none : {server_keys_ptr{}, keys("")}) {
    CAF_CHECK_EQUAL(why_shut(door(none)), "");
    CAF_CHECK(says(door(none, true), "the server speaks TLS"));
  }
  CAF_CHECK_EQUAL(why_shut(door(keys("ca.pem"), true)), "");
  CAF_CHECK(says(door(keys("ca.pem")), "the server announces no TLS"));
}

CAF_TEST(a request has the token that is in the file) {
  CAF_CHECK_EQUAL(request_to(door(nullptr), "/clock"),
                  "GET /clock HTTP/1.1\r\nHost: 10.0.0.7:8000\r\n\r\n");
  auto x = door(keys("", put("token", token + "\r\nand more\n")));
  CAF_CHECK_EQUAL(request_to(x, "/", "X-Y: z\r\n"),
                  "GET / HTTP/1.1\r\nHost: 10.0.0.7:8000\r\n"
                  "Authorization: Bearer "
                    + token + "\r\nX-Y: z\r\n\r\n");
  x.ip = "fd00::7";
  CAF_CHECK(request_to(x, "/").find("\r\nHost: [fd00::7]:8000\r\n")
            != std::string::npos);
}

CAF_TEST(a token is read again when its file changes) {
  auto file = put("token", token);
  auto x = keys("", file);
  CAF_CHECK(x->authorization().find(token) != std::string::npos);
  put("token", "too short");
  CAF_CHECK(x->authorization().find(token) != std::string::npos);
  put("token", "another-of-sixteen");
  CAF_CHECK_EQUAL(x->authorization(),
                  "Authorization: Bearer another-of-sixteen\r\n");
  std::filesystem::remove(file);
  CAF_CHECK(x->authorization().find("another-of-sixteen") != std::string::npos);
}

CAF_TEST(without certificates that can be read nobody is believed) {
  auto x = keys(put("ca.pem", "no certificate"));
  CAF_CHECK(x->wants_tls());
  CAF_CHECK(x->authority() == nullptr);
  CAF_CHECK(keys("")->authority() == nullptr);
}

CAF_TEST_FIXTURE_SCOPE_END()
