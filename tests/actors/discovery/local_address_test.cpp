#define CAF_SUITE local_address
#include "tests/camnode_test.hpp"

#include "actors/discovery/local_address.hpp"

#include <algorithm>
#include <future>

using namespace camnode;

namespace {

using names = std::vector<std::string>;

/// A machine with one interface for each family.
std::string fake_way(const std::string& ip) {
  if (ip.rfind("fe80:", 0) == 0)
    return "fe80::7%eth0";
  if (ip.rfind("10.99.", 0) == 0)
    return {}; // No route.
  return ip.find(':') == std::string::npos ? "10.0.0.7" : "fd00::7";
}

std::string announceable(const names& broker, bool ipv4_only) {
  return announceable_address(broker, ipv4_only, fake_way);
}

} // namespace

CAF_TEST(a stream on IPv4 is announced at an IPv4 address) {
  CAF_CHECK_EQUAL(announceable({"::1", "127.0.0.1"}, true), "10.0.0.7");
  CAF_CHECK_EQUAL(announceable({"::1"}, true), "");
  CAF_CHECK_EQUAL(announceable({}, true), "");
}

CAF_TEST(a stream on both families prefers IPv4) {
  CAF_CHECK_EQUAL(announceable({"::1", "127.0.0.1"}, false), "10.0.0.7");
  CAF_CHECK_EQUAL(announceable({"::1"}, false), "fd00::7");
  CAF_CHECK_EQUAL(announceable({"10.99.0.1", "::1"}, false), "fd00::7");
}

CAF_TEST(an address with a zone is not announced) {
  CAF_CHECK_EQUAL(announceable({"fe80::1%eth0"}, false), "");
  CAF_CHECK_EQUAL(announceable({"fe80::1%eth0", "fd00::1"}, false), "fd00::7");
}

CAF_TEST(the way to this machine is its loopback interface) {
  CAF_CHECK_EQUAL(local_address_towards("127.0.0.1", 1883), "127.0.0.1");
  CAF_CHECK_EQUAL(local_address_towards("localhost", 1883), "");
}

CAF_TEST(names are looked up) {
  auto found = addresses_of("localhost");
  CAF_CHECK(std::count(found.begin(), found.end(), "127.0.0.1") == 1);
}

CAF_TEST(a look up in the background tells what it found) {
  std::promise<names> told;
  look_up_in_background("127.0.0.1", [&](names x) { told.set_value(x); });
  CAF_CHECK(told.get_future().get() == names{"127.0.0.1"});
}
