#define CAF_SUITE announcer_address
#include "tests/camnode_test.hpp"

#include "tests/actors/discovery/announcer_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(announcer_address_tests, announcer_fixture)

CAF_TEST(a server is announced once the name of the broker is known) {
  look_up_by_hand();
  start_announcer();
  advance(60s);
  CAF_CHECK_EQUAL(look_ups, 0);
  come_up();
  CAF_CHECK_EQUAL(look_ups, 1);
  // However long it takes, the actor does not wait, nor ask again.
  advance(60s);
  CAF_CHECK_EQUAL(look_ups, 1);
  CAF_REQUIRE_EQUAL(announcements(), 1u);
  CAF_CHECK(!announced().online);
  CAF_CHECK_EQUAL(figures("discovery").state,
                  "not announced: the name of the broker has not been found "
                  "yet");
  found({"::1", "127.0.0.1"});
  consume_messages();
  CAF_REQUIRE_EQUAL(announcements(), 2u);
  CAF_CHECK(announced().online);
  CAF_CHECK_EQUAL(announced().ip, "127.0.0.1");
}

CAF_TEST(a server that waited for the broker takes nothing back) {
  look_up_by_hand();
  start_announcer();
  advance(60s);
  come_up();
  advance(1s);
  found({"127.0.0.1"});
  consume_messages();
  CAF_REQUIRE_EQUAL(announcements(), 1u);
  CAF_CHECK(announced().online);
}

CAF_TEST(the name of the broker is looked up seldom) {
  look_up_by_hand();
  start_announcer();
  come_up();
  found({"127.0.0.1"});
  advance(29s);
  CAF_CHECK_EQUAL(look_ups, 1);
  advance(2s);
  CAF_CHECK_EQUAL(look_ups, 2);
  // Name servers that are gone change nothing, but are asked again sooner.
  found({});
  advance(6s);
  CAF_CHECK_EQUAL(look_ups, 3);
  CAF_CHECK_EQUAL(announcements(), 1u);
  broker.go_down();
  found({"127.0.0.1"});
  advance(60s);
  CAF_CHECK_EQUAL(look_ups, 3);
}

CAF_TEST(an address that was given is not looked up) {
  look_up_by_hand();
  options.server.ip = "10.0.0.7";
  start_announcer();
  come_up();
  advance(60s);
  CAF_CHECK_EQUAL(look_ups, 0);
  CAF_CHECK_EQUAL(announced().ip, "10.0.0.7");
}

CAF_TEST_FIXTURE_SCOPE_END()
