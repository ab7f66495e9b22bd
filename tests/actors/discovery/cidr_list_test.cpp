#define CAF_SUITE cidr_list
#include "tests/camnode_test.hpp"

#include "actors/discovery/cidr_list.hpp"
#include "messages/error.hpp"

using namespace camnode;

namespace {

bool allows(std::string_view networks, std::string_view ip) {
  auto list = cidr_list::parse(networks);
  CAF_REQUIRE(list);
  return list->contains(ip);
}

} // namespace

CAF_TEST(no networks allow every address but nothing else) {
  CAF_CHECK(allows("", "10.0.0.1"));
  CAF_CHECK(allows("  ", "fd00::1"));
  CAF_CHECK(!allows("", "localhost"));
}

CAF_TEST(prefixes need not end at bytes) {
  CAF_CHECK(allows("192.168.0.0/16", "192.168.255.255"));
  CAF_CHECK(!allows("192.168.0.0/16", "192.169.0.0"));
  CAF_CHECK(allows("10.0.0.128/25", "10.0.0.255"));
  CAF_CHECK(!allows("10.0.0.128/25", "10.0.0.127"));
  CAF_CHECK(allows("2001:db8::/33", "2001:db8:7fff::1"));
  CAF_CHECK(!allows("2001:db8::/33", "2001:db8:8000::1"));
}

CAF_TEST(an address alone is a network of one) {
  CAF_CHECK(allows("10.0.0.1", "10.0.0.1"));
  CAF_CHECK(!allows("10.0.0.1", "10.0.0.2"));
  CAF_CHECK(allows("::1", "0::1"));
  CAF_CHECK(!allows("::1", "::2"));
}

CAF_TEST(bits after the prefix do not matter) {
  CAF_CHECK(allows("10.1.2.3/8", "10.9.9.9"));
}

CAF_TEST(any of several networks will do) {
  auto networks = " 10.0.0.0/8 , fd00::/8,192.168.1.0/24";
  CAF_CHECK(allows(networks, "192.168.1.77"));
  CAF_CHECK(allows(networks, "fd12::1"));
  CAF_CHECK(!allows(networks, "192.168.2.77"));
}

CAF_TEST(families are kept apart and mapped addresses are ipv4) {
  CAF_CHECK(allows("0.0.0.0/0", "10.0.0.1"));
  CAF_CHECK(!allows("0.0.0.0/0", "fd00::1"));
  CAF_CHECK(allows("::/0", "fd00::1"));
  CAF_CHECK(!allows("::/0", "10.0.0.1"));
  CAF_CHECK(allows("10.0.0.0/8", "::ffff:10.0.0.1"));
  CAF_CHECK(allows("::ffff:10.0.0.0/104", "10.1.0.1"));
}

CAF_TEST(what is no network is refused) {
  for (auto x : {"10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/-1",
                 "10.0.0.0/8x", "10.0.0/8", "all", ",", "10.0.0.1,",
                 "10.0.0.1,,10.0.0.2", ",10.0.0.1", "10.0.0.1 10.0.0.2"})
    CAF_CHECK(!cidr_list::parse(x));
  CAF_CHECK_EQUAL(describe(cidr_list::parse("10.0.0.0/8, home").error()),
                  "bad configuration: want networks such as "
                  "192.168.0.0/16,fd00::/8, not \"home\"");
}
