#define CAF_SUITE camera_address
#include "tests/camnode_test.hpp"

#include "actors/discovery/camera_address.hpp"
#include "messages/text.hpp"

using namespace camnode;

namespace {

std::string why(const std::string& ip, const std::string& broker) {
  auto usual = canonical_ip(ip);
  CAF_REQUIRE(usual);
  return why_no_camera_at(*usual, {broker}, {"10.0.0.255", "127.0.9.9"});
}

} // namespace

CAF_TEST(usual addresses may be cameras) {
  for (auto* ip : {"10.0.0.1", "192.168.7.255", "172.16.0.0", "100.64.1.1",
                   "8.8.8.8", "fd00::1", "2001:db8::1", "::ffff:10.0.0.1",
                   "223.255.255.255", "1.0.0.0", "fec0::1"})
    CAF_CHECK_EQUAL(why(ip, "10.0.0.5"), "");
}

CAF_TEST(no camera has an address of many or of none) {
  for (auto* ip :
       {"0.0.0.0",        "0.1.2.3",           "::",
        "224.0.0.1",      "239.255.255.255",   "255.255.255.255",
        "240.0.0.1",      "254.1.1.1",         "10.0.0.255",
        "ff02::1",        "ff05::2",           "fe80::1",
        "febf::1",        "::ffff:224.0.0.1",  "::ffff:255.255.255.255",
        "::ffff:0.0.0.0", "::ffff:10.0.0.255", "::ffff:169.254.1.1",
        "169.254.0.1",    "::7f00:1",          "127.255.255.255"})
    for (auto* broker : {"10.0.0.5", "127.0.0.1", "fe80::1"})
      CAF_CHECK(!why(ip, broker).empty());
}

CAF_TEST(a camera is on loopback where the broker is) {
  for (auto* ip : {"127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"}) {
    CAF_CHECK_EQUAL(why(ip, "127.0.0.1"), "");
    CAF_CHECK_EQUAL(why(ip, "127.0.1.1"), "");
    CAF_CHECK_EQUAL(why(ip, "::1"), "");
    CAF_CHECK(why(ip, "10.0.0.5").find("a loopback address") == 0);
    CAF_CHECK(why(ip, "fd00::1").find("a loopback address") == 0);
  }
}

CAF_TEST(a camera has a link local address where the broker has) {
  CAF_CHECK_EQUAL(why("169.254.7.7", "169.254.0.1"), "");
  CAF_CHECK(why("169.254.7.7", "10.0.0.5").find("a link-local address") == 0);
}
