#define CAF_SUITE server_table
#include "tests/camnode_test.hpp"

#include "tests/actors/discovery/server_table_fixture.hpp"

using namespace camnode;
using namespace camnode_test;

CAF_TEST_FIXTURE_SCOPE(server_table_tests, server_table_fixture)

CAF_TEST(announced servers are found once and lost with their offline) {
  CAF_CHECK_EQUAL(text(testee.announced(left)), "+left@10.0.0.1");
  CAF_CHECK_EQUAL(text(testee.announced(left)), "");
  CAF_CHECK(testee.servers() == std::vector<server_info>{left});
  CAF_CHECK_EQUAL(text(testee.announced(offline(left))), "-left@10.0.0.1");
  CAF_CHECK_EQUAL(text(testee.announced(offline(left))), "");
  CAF_CHECK(testee.servers().empty());
}

CAF_TEST(the last will of an earlier run is ignored) {
  testee.announced(announcement("left", "10.0.0.1", 1));
  auto second_run = announcement("left", "10.0.0.1", 2);
  CAF_CHECK_EQUAL(text(testee.announced(second_run)), "~left@10.0.0.1");
  CAF_CHECK_EQUAL(text(testee.announced(offline(left))), "");
  CAF_CHECK_EQUAL(text(testee.announced(offline(second_run))),
                  "-left@10.0.0.1");
}

CAF_TEST(a new address is an update) {
  testee.announced(left);
  auto moved = announcement("left", "10.0.0.2");
  CAF_CHECK_EQUAL(text(testee.announced(moved)), "~left@10.0.0.2");
  moved.port = 8001;
  CAF_CHECK_EQUAL(text(testee.announced(moved)), "~left@10.0.0.2");
}

CAF_TEST(legacy servers are found one second after their first answer) {
  CAF_CHECK_EQUAL(text(testee.answered("10.0.0.9", 0)), "");
  CAF_CHECK_EQUAL(text(testee.tick(second - 1)), "");
  auto events = testee.tick(second);
  CAF_CHECK_EQUAL(text(events), "+10.0.0.9@10.0.0.9");
  CAF_CHECK(events[0].server.legacy);
  CAF_CHECK_EQUAL(events[0].server.port, 8000);
  CAF_CHECK_EQUAL(text(testee.tick(2 * second)), "");
  CAF_CHECK_EQUAL(testee.servers().size(), 1u);
}

CAF_TEST(legacy servers are lost after fifty seconds without answers) {
  testee.answered("10.0.0.9", 0);
  testee.tick(second);
  testee.answered("10.0.0.9", 15 * second);
  CAF_CHECK_EQUAL(text(testee.tick(65 * second - 1)), "");
  CAF_CHECK_EQUAL(text(testee.tick(65 * second)), "-10.0.0.9@10.0.0.9");
  CAF_CHECK_EQUAL(text(testee.tick(66 * second)), "");
}

CAF_TEST(a server that announces itself in time is no legacy server) {
  testee.answered("10.0.0.1", 0);
  CAF_CHECK_EQUAL(text(testee.announced(left)), "+left@10.0.0.1");
  CAF_CHECK_EQUAL(text(testee.tick(100 * second)), "");
}

CAF_TEST(answers of announced servers say nothing new) {
  testee.announced(left);
  testee.answered("10.0.0.1", 0);
  CAF_CHECK_EQUAL(text(testee.tick(2 * second)), "");
}

CAF_TEST(a late announcement replaces the legacy server) {
  testee.answered("10.0.0.1", 0);
  testee.tick(second);
  CAF_CHECK_EQUAL(text(testee.announced(left)),
                  "-10.0.0.1@10.0.0.1 +left@10.0.0.1");
  CAF_CHECK_EQUAL(text(testee.tick(100 * second)), "");
}

CAF_TEST(a server that moves to the ip of a legacy one replaces it) {
  testee.announced(left);
  testee.answered("10.0.0.2", 0);
  testee.tick(second);
  CAF_CHECK_EQUAL(text(testee.announced(announcement("left", "10.0.0.2"))),
                  "-10.0.0.2@10.0.0.2 ~left@10.0.0.2");
}

CAF_TEST(no two servers have one id) {
  testee.answered("10.0.0.9", 0);
  testee.tick(second);
  CAF_CHECK_EQUAL(text(testee.announced(announcement("10.0.0.9", "10.0.0.1"))),
                  "-10.0.0.9@10.0.0.9 +10.0.0.9@10.0.0.1");
  testee.answered("10.0.0.9", second);
  CAF_CHECK_EQUAL(text(testee.tick(10 * second)), "");
}

CAF_TEST(servers may share an ip) {
  testee.announced(left);
  auto right = announcement("right", "10.0.0.1");
  right.port = 8001;
  CAF_CHECK_EQUAL(text(testee.announced(right)), "+right@10.0.0.1");
}

CAF_TEST(ids of legacy servers are ids with ipv6 too) {
  testee.answered("fd00::1", 0);
  CAF_CHECK_EQUAL(text(testee.tick(second)), "+fd00--1@fd00::1");
}

CAF_TEST(servers outside the allowed networks are refused and counted) {
  server_table_options options;
  options.allowed = *cidr_list::parse("10.0.0.0/24");
  server_table restricted{options};
  CAF_CHECK_EQUAL(text(restricted.announced(announcement("x", "10.0.1.1"))),
                  "");
  restricted.answered("10.0.1.1", 0);
  CAF_CHECK_EQUAL(text(restricted.tick(second)), "");
  CAF_CHECK_EQUAL(restricted.refused().counts().not_allowed, 2u);
  CAF_CHECK_EQUAL(text(restricted.announced(left)), "+left@10.0.0.1");
  CAF_CHECK_EQUAL(text(restricted.announced(announcement("left", "10.0.1.1"))),
                  "-left@10.0.0.1");
}

CAF_TEST(claims are bounded) {
  connected = {left};
  watched.announced(left);
  for (size_t i = 0; i <= server_table::max_servers; ++i) {
    other.epoch = 10 + i;
    other.port = static_cast<uint16_t>(9000 + i);
    CAF_CHECK_EQUAL(text(watched.announced(other)), "");
  }
  CAF_CHECK_EQUAL(watched.refused().counts().table_full, 1u);
}

CAF_TEST(who is refused is named once and no longer than it is there) {
  server_table_options options;
  options.allowed = *cidr_list::parse("10.0.0.0/24");
  options.why_no_camera = [](auto& ip) {
    return ip == "224.0.0.1" ? "a multicast address" : "";
  };
  server_table restricted{options};
  auto& refused = restricted.refused();
  auto outside = announcement("far", "10.0.1.1");
  restricted.announced(outside);
  restricted.announced(outside);
  restricted.announced(announcement("all", "224.0.0.1"));
  restricted.answered("10.0.1.9", 0);
  restricted.answered("10.0.1.1", 0); // It has announced itself.
  CAF_CHECK_EQUAL(refused.take_news(),
                  (std::vector<std::string>{
                    "ignored server far at 10.0.1.1: that is outside of "
                    "discovery.allow=10.0.0.0/24",
                    "ignored server all at 224.0.0.1: that is a multicast "
                    "address",
                    "ignored server 10.0.1.9 at 10.0.1.9: that is outside of "
                    "discovery.allow=10.0.0.0/24"}));
  CAF_CHECK_EQUAL(refused.in_words(),
                  "1 server at addresses that no camera has is ignored: all "
                  "(224.0.0.1); 2 servers outside of discovery.allow are "
                  "ignored: far (10.0.1.1), 10.0.1.9 (10.0.1.9)");
  restricted.announced(offline(outside));
  restricted.cleared("all");
  CAF_CHECK_EQUAL(refused.in_words(), "1 server outside of discovery.allow is "
                                      "ignored: 10.0.1.9 (10.0.1.9)");
  restricted.tick(60 * second); // It does not answer any more.
  CAF_CHECK_EQUAL(refused.in_words(), "");
  restricted.answered("10.0.1.1", 60 * second);
  CAF_CHECK(!refused.in_words().empty());
  refused.take_news();
  restricted.announced(outside);
  CAF_CHECK(refused.take_news().empty());
  CAF_CHECK_EQUAL(refused.in_words(), "1 server outside of discovery.allow is "
                                      "ignored: far (10.0.1.1)");
  restricted.announced(announcement("far", "10.0.0.1"));
  CAF_CHECK_EQUAL(refused.in_words(), "");
}

CAF_TEST(a refused address does not cost a connected server its place) {
  auto options = watching();
  options.allowed = *cidr_list::parse("10.0.0.0/24");
  server_table restricted{options};
  connected = {left};
  restricted.announced(left);
  CAF_CHECK_EQUAL(text(restricted.announced(announcement("left", "10.0.1.1"))),
                  "");
  CAF_CHECK(restricted.servers() == std::vector<server_info>{left});
}

CAF_TEST(legacy servers may be at another port) {
  server_table_options options;
  options.legacy_port = 8010;
  server_table other_port{options};
  other_port.answered("10.0.0.9", 0);
  auto events = other_port.tick(second);
  CAF_REQUIRE_EQUAL(events.size(), 1u);
  CAF_CHECK_EQUAL(events[0].server.port, 8010);
}

CAF_TEST(who never sent a frame makes room for others) {
  watched.tick(second);
  watched.announced(left);
  heard = {"left"};
  for (size_t i = 1; i < server_table::max_servers; ++i)
    watched.announced(announcement("s" + std::to_string(i), "10.0.0.9", 9));
  auto late = announcement("late", "10.0.0.2", 3);
  // All of them are still being tried.
  CAF_CHECK_EQUAL(text(watched.announced(late)), "");
  CAF_CHECK_EQUAL(watched.refused().in_words(),
                  "1 server for which there is no room is ignored: late "
                  "(10.0.0.2)");
  watched.tick(second + server_table::try_ns);
  CAF_CHECK_EQUAL(text(watched.announced(late)), "-s1@10.0.0.9 +late@10.0.0.2");
  CAF_CHECK_EQUAL(watched.servers().size(), server_table::max_servers);
  CAF_CHECK_EQUAL(watched.refused().in_words(),
                  "1 server for which there is no room is ignored: s1 "
                  "(10.0.0.9)");
  for (size_t i = 1; i < server_table::max_servers; ++i)
    heard.insert("s" + std::to_string(i));
  heard.insert("late");
  watched.tick(99 * second);
  CAF_CHECK_EQUAL(text(watched.announced(announcement("more", "10.0.0.3", 4))),
                  "");
}

CAF_TEST(the names of those that are refused are bounded) {
  server_table_options options;
  options.allowed = *cidr_list::parse("10.0.0.0/24");
  server_table restricted{options};
  for (int i = 0; i < 1000; ++i)
    restricted.announced(announcement("s" + std::to_string(i), "10.0.1.1"));
  auto& refused = restricted.refused();
  CAF_CHECK_EQUAL(refused.take_news().size(), refused_servers::max_names + 1);
  CAF_CHECK_EQUAL(refused.counts().not_allowed, 1000u);
  CAF_CHECK_EQUAL(refused.in_words(),
                  "256 servers outside of discovery.allow are ignored: s0 "
                  "(10.0.1.1), s1 (10.0.1.1), s2 (10.0.1.1) and 253 or more "
                  "others");
}

CAF_TEST(the table has room for 256 servers) {
  for (size_t i = 0; i < server_table::max_servers; ++i)
    testee.announced(announcement("s" + std::to_string(i), "10.0.0.1"));
  CAF_CHECK_EQUAL(testee.servers().size(), 256u);
  auto one_more = announcement("more", "10.0.0.2");
  CAF_CHECK_EQUAL(text(testee.announced(one_more)), "");
  testee.answered("10.0.0.3", 0);
  CAF_CHECK_EQUAL(testee.refused().counts().table_full, 2u);
  testee.announced(offline(announcement("s7", "10.0.0.1")));
  CAF_CHECK_EQUAL(text(testee.announced(one_more)), "+more@10.0.0.2");
}

CAF_TEST_FIXTURE_SCOPE_END()
