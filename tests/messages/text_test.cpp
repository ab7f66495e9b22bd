#define CAF_SUITE text_rules
#include "tests/camnode_test.hpp"

#include "messages/text.hpp"

using namespace camnode;

CAF_TEST(node ids are one safe level of a path) {
  CAF_CHECK(is_node_id("cage-3.left_A"));
  CAF_CHECK(is_node_id(std::string(64, 'a')));
  CAF_CHECK(!is_node_id(std::string(65, 'a')));
  for (auto x : {"", ".", "..", "a/b", "a b", "\xc3\xa4", "a\n"})
    CAF_CHECK(!is_node_id(x));
}

CAF_TEST(utf8 is checked to the letter) {
  for (auto x : {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x90\x81",
                 "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
    CAF_CHECK(is_utf8(x));
  for (auto x : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                 "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"})
    CAF_CHECK(!is_utf8(x));
}

CAF_TEST(bytes that are not text are replaced one by one) {
  CAF_CHECK_EQUAL(to_utf8("a\xc3\xa4"), "a\xc3\xa4");
  CAF_CHECK_EQUAL(to_utf8("\xff"
                          "b\xe2\x82"),
                  "\xef\xbf\xbd"
                  "b\xef\xbf\xbd\xef\xbf\xbd");
  CAF_CHECK_EQUAL(to_utf8({"a\0b", 3}), "a\xef\xbf\xbd"
                                        "b");
}

CAF_TEST(topics have no wildcards and filters have them in their places) {
  CAF_CHECK(is_mqtt_topic("sensor/a b/1"));
  CAF_CHECK(is_mqtt_topic(std::string(256, 'a')));
  CAF_CHECK(!is_mqtt_topic(std::string(257, 'a')));
  for (auto x : {"", "a/+", "#", "a\nb", "a\x7f", "\xc2\x85", "\xff"})
    CAF_CHECK(!is_mqtt_topic(x));
  CAF_CHECK(!is_mqtt_topic({"a\0", 2}));
  for (auto x : {"a", "#", "+", "a/#", "+/b/+", "/+", "a//#"})
    CAF_CHECK(is_mqtt_filter(x));
  for (auto x : {"", "a#", "#/a", "a+/b", "a/+b", "+#"})
    CAF_CHECK(!is_mqtt_filter(x));
}

CAF_TEST(addresses have one spelling) {
  CAF_CHECK_EQUAL(canonical_ip("10.0.0.1").value_or(""), "10.0.0.1");
  CAF_CHECK_EQUAL(canonical_ip("2001:DB8:0::1").value_or(""), "2001:db8::1");
  for (auto x : {"", "localhost", "10.0.0", "10.0.0.1:80", "10.0.0.256",
                 "010.0.0.1", "fe80::1%eth0", " 10.0.0.1", "[::1]"})
    CAF_CHECK(!canonical_ip(x));
  CAF_CHECK(!canonical_ip({"10.0.0.1\0x", 10}));
}

CAF_TEST(quotes are short and printable) {
  CAF_CHECK_EQUAL(quote("a\nb\xff"), "\"a?b?\"");
  CAF_CHECK_EQUAL(quote(std::string(40, 'x')).size(), 42u);
  CAF_CHECK_EQUAL(quote(std::string(41, 'x')).size(), 45u);
}
