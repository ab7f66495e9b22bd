#define CAF_SUITE announcement
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"
#include "messages/wire/announcement.hpp"

using namespace camnode;

namespace {

constexpr auto topic = "camera/announce/left";

server_info left_camera() {
  server_info x;
  x.id = "left";
  x.announced_id = "left";
  x.ip = "10.0.0.7";
  x.port = 8000;
  x.epoch = (uint64_t{1} << 53) - 1;
  x.online = true;
  x.width = 1280;
  x.height = 720;
  x.rate_mhz = 29970;
  x.version = "0.1.0";
  return x;
}

std::string reason(std::string_view payload) {
  auto x = parse_announcement(topic, payload);
  return x ? "accepted" : describe(x.error());
}

/// A valid announcement with one piece replaced.
std::string altered(const std::string& piece, const std::string& by) {
  std::string x = R"({"id":"left","ip":"10.0.0.7","port":8000,)"
                  R"("state":"online","epoch":5,"fps":30})";
  auto at = x.find(piece);
  CAF_REQUIRE(at != std::string::npos);
  return x.replace(at, piece.size(), by);
}

} // namespace

CAF_TEST(what is written is what is read) {
  auto x = left_camera();
  for (auto rate : {0u, 1u, 500u, 30000u, 29970u, 59940u, 1000000u}) {
    x.rate_mhz = rate;
    x.online = !x.online;
    x.tls = x.online;
    auto y = parse_announcement(topic, write_announcement(x));
    CAF_REQUIRE(y);
    CAF_CHECK(*y == x);
  }
}

CAF_TEST(the written text has the agreed keys) {
  CAF_CHECK_EQUAL(write_announcement(left_camera()),
                  R"({"id":"left","ip":"10.0.0.7","port":8000,)"
                  R"("state":"online","epoch":9007199254740991,"width":1280,)"
                  R"("height":720,"fps":29.97,"version":"0.1.0"})");
}

CAF_TEST(what is wrong with a camera is told and may be missing) {
  auto x = left_camera();
  x.camera_trouble = std::string(200, 'x');
  auto y = parse_announcement(topic, write_announcement(x));
  CAF_REQUIRE(y);
  CAF_CHECK(*y == x);
  x.camera_trouble += 'x';
  CAF_CHECK(reason(write_announcement(x)).find("camera must have at most 200")
            != std::string::npos);
  CAF_CHECK(
    reason(altered("\"fps\":30", "\"camera\":7")).find("camera must be text")
    != std::string::npos);
  y = parse_announcement(topic, altered("5,", "5,"));
  CAF_REQUIRE(y);
  CAF_CHECK_EQUAL(y->camera_trouble, "");
}

CAF_TEST(no truncation is an announcement) {
  auto text = write_announcement(left_camera());
  for (size_t n = 0; n < text.size(); ++n)
    CAF_CHECK(!parse_announcement(topic, std::string_view{text}.substr(0, n)));
}

CAF_TEST(descriptions and unknown keys are optional) {
  CAF_CHECK_EQUAL(reason(altered("\"fps\":30", "\"lens\":[1,{}]")), "accepted");
}

CAF_TEST(the ip comes out in its usual spelling) {
  auto x = parse_announcement(topic, altered("10.0.0.7", "FD00:0::1"));
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->ip, "fd00::1");
}

CAF_TEST(each wrong member is refused by name) {
  auto names = [](const std::string& key, const std::string& by,
                  const std::string& member) {
    auto text = reason(altered(key, by));
    CAF_CHECK_EQUAL(text.find("bad message: announcement: " + member + " "),
                    0u);
    CAF_CHECK_EQUAL(text.find('\n'), std::string::npos);
  };
  names("\"left\"", "\"right\"", "id");
  names("\"left\"", "7", "id");
  names("10.0.0.7", "camera.lan", "ip");
  names("10.0.0.7", "", "ip");
  names("8000", "0", "port");
  names("8000", "65536", "port");
  names("8000", "-1", "port");
  names("8000", "\"8000\"", "port");
  names("8000", "8000.0", "port");
  names("online", "on", "state");
  names("\"epoch\":5", "\"epoch\":9007199254740992", "epoch");
  names("\"epoch\":5,", "", "epoch");
  names("\"fps\":30", "\"fps\":1000.1", "fps");
  names("\"fps\":30", "\"fps\":-1", "fps");
  names("\"fps\":30", "\"width\":65536", "width");
  names("\"fps\":30", "\"height\":null", "height");
  names("\"fps\":30", "\"version\":1", "version");
  names("\"fps\":30", "\"tls\":1", "tls");
}

CAF_TEST(ids outside the grammar are refused whatever the topic is) {
  auto text = altered("\"left\"", "\"..\"");
  CAF_CHECK(!parse_announcement("camera/announce/..", text));
}

CAF_TEST(what is no json object is refused) {
  for (auto x : {"", "[]", "7", "null", "{\"id\":\"\xff\"}", "{} {}"})
    CAF_CHECK(!parse_announcement(topic, x));
  CAF_CHECK(!parse_announcement(topic, std::string(size_t{256} << 10, '[')));
  auto large = altered("\"fps\":30",
                       "\"x\":\"" + std::string(size_t{256} << 10, 'x') + "\"");
  CAF_CHECK_EQUAL(reason(large),
                  "bad message: announcement: more than 256 KiB");
}
