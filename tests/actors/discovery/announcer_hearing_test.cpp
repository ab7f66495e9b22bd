#define CAF_SUITE announcer_hearing
#include "tests/camnode_test.hpp"

#include "tests/actors/discovery/announcer_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(announcer_hearing_tests, announcer_fixture)

CAF_TEST(a server hears itself without a word) {
  start_announcer();
  come_up();
  announce(99, true, false, "10.0.0.7");
  announce(99, true, true, "10.0.0.7");
  announce(98, false, true);
  announce(98, true, true);
  advance(10s);
  CAF_CHECK_EQUAL(announcements(), 1u);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(a run of a server that is said to be elsewhere is an alarm) {
  start_announcer();
  come_up();
  for (int i = 0; i < 100; ++i)
    announce(99, true);
  CAF_CHECK(alarm().find("somebody announces 'porch', this run of it, at "
                         "10.0.0.8:8000")
            == 0);
  advance(500ms);
  // The last word is ours, and no flood becomes one of ours.
  CAF_CHECK_EQUAL(announcements(), 2u);
  CAF_CHECK_EQUAL(announced().ip, "10.0.0.7");
  advance(50s);
  CAF_CHECK(!alarm().empty());
  advance(20s);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(a wrong address that the broker has stored is an alarm too) {
  start_announcer();
  come_up();
  announce(99, true, true);
  CAF_CHECK(!alarm().empty());
}

CAF_TEST(a server that moved is not alarmed by where it was) {
  start_announcer();
  come_up();
  port = 8002;
  advance(1s);
  CAF_CHECK_EQUAL(announced().port, 8002u);
  announce(99, true, false, "10.0.0.7"); // At port 8000, and late.
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(a broker that passes no announcement on is an alarm) {
  broker.passes_on = false;
  start_announcer();
  come_up();
  advance(9s);
  CAF_CHECK_EQUAL(alarm(), "");
  advance(2s);
  CAF_CHECK(alarm().find("the broker does not pass on what is published to "
                         "camera/announce/porch")
            == 0);
  CAF_CHECK_EQUAL(figures("discovery").last_error, alarm());
  // It is tried again, as rules may change.
  auto tried = announcements();
  advance(60s);
  CAF_CHECK(announcements() >= tried + 5);
  CAF_CHECK(announcements() <= tried + 7);
  broker.passes_on = true;
  advance(20s);
  CAF_CHECK_EQUAL(alarm(), "");
  tried = announcements();
  advance(60s);
  CAF_CHECK_EQUAL(announcements(), tried);
}

CAF_TEST(a camera that fails in ever new words does not hide a silence) {
  broker.passes_on = false;
  std::string trouble = "unplugged";
  options.camera_trouble = [&] { return trouble; };
  start_announcer();
  come_up();
  for (int i = 0; i < 24; ++i) {
    trouble += "!";
    advance(500ms);
  }
  CAF_CHECK(!alarm().empty());
}

CAF_TEST(without a broker nothing is said of what it passes on) {
  broker.passes_on = false;
  start_announcer();
  come_up();
  advance(11s);
  CAF_CHECK(!alarm().empty());
  broker.go_down();
  consume_messages();
  CAF_CHECK_EQUAL(alarm(), "");
  advance(60s);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(what a server takes back itself stays taken back) {
  start_announcer();
  come_up();
  port = 0;
  advance(10s);
  announce(99, false);
  announce(98, false);
  advance(10s);
  CAF_CHECK_EQUAL(announcements(), 2u);
}

CAF_TEST(another server of the same id is an alarm and not shouted at) {
  start_announcer();
  come_up();
  for (int i = 0; i < 10; ++i) {
    announce(7, true);
    advance(500ms);
  }
  CAF_CHECK_EQUAL(announcements(), 1u);
  CAF_CHECK_EQUAL(alarm().find("another server calls itself 'porch', at "
                               "10.0.0.8:8000"),
                  0u);
  CAF_CHECK_EQUAL(figures("discovery").last_error, alarm());
}

CAF_TEST(a server is announced again when its namesake is gone) {
  start_announcer();
  come_up();
  announce(7, true);
  announce(6, false);
  advance(500ms);
  CAF_CHECK(!alarm().empty());
  CAF_CHECK_EQUAL(announcements(), 2u);
  announce(7, false);
  advance(500ms);
  CAF_CHECK_EQUAL(alarm(), "");
  CAF_CHECK_EQUAL(announcements(), 3u);
}

CAF_TEST(an announcement that somebody cleared comes back) {
  start_announcer();
  come_up();
  broker.deliver(announced_at, "");
  consume_messages();
  advance(500ms);
  CAF_CHECK_EQUAL(announcements(), 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
