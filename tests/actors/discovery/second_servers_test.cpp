#define CAF_SUITE second_servers
#include "tests/camnode_test.hpp"

#include "tests/actors/discovery/server_table_fixture.hpp"

using namespace camnode;
using namespace camnode_test;

CAF_TEST_FIXTURE_SCOPE(second_servers_tests, server_table_fixture)

CAF_TEST(a second server of an id that is connected is known by its ip) {
  connected = {left};
  watched.announced(left);
  CAF_CHECK_EQUAL(text(watched.announced(other)), "");
  watched.answered("10.0.0.2", 0);
  CAF_CHECK_EQUAL(text(watched.tick(second)), "");
  CAF_CHECK_EQUAL(text(watched.tick(second + wait - 1)), "");
  CAF_CHECK_EQUAL(watched.namesakes(), "");
  CAF_CHECK_EQUAL(text(watched.tick(second + wait)), "+10.0.0.2@10.0.0.2");
  CAF_CHECK(watched.namesakes().find("calls itself 'left', at 10.0.0.2:8000")
            != std::string::npos);
  CAF_CHECK_EQUAL(watched.servers().size(), 2u);
  CAF_CHECK_EQUAL(text(watched.announced(left)), ""); // Says the same again.
  auto troubled = other;
  troubled.camera_trouble = "unplugged";
  CAF_CHECK_EQUAL(text(watched.announced(troubled)), "~10.0.0.2@10.0.0.2");
  watched.answered("10.0.0.2", 9 * second);
  CAF_CHECK_EQUAL(text(watched.tick(11 * second)), "");
  CAF_CHECK_EQUAL(text(watched.announced(offline(other))),
                  "-10.0.0.2@10.0.0.2");
  CAF_CHECK_EQUAL(watched.namesakes(), "");
  CAF_CHECK(watched.servers() == std::vector<server_info>{left});
}

CAF_TEST(who is connected keeps its id in a new table) {
  connected = {left};
  CAF_CHECK_EQUAL(text(watched.announced(other)), ""); // The broker had it.
  watched.answered("10.0.0.1", 0);
  watched.answered("10.0.0.2", 0);
  auto events = watched.tick(second);
  CAF_CHECK_EQUAL(text(events), "+left@10.0.0.1");
  CAF_CHECK(events[0].server == left);
  CAF_CHECK_EQUAL(text(watched.tick(second + wait)), "+10.0.0.2@10.0.0.2");
  CAF_CHECK_EQUAL(text(watched.tick(9 * second)), "");
  CAF_CHECK_EQUAL(text(watched.announced(offline(left))), "-left@10.0.0.1");
}

CAF_TEST(who is connected keeps its id in a new table without an answer too) {
  connected = {left};
  watched.announced(other);
  watched.tick(second);
  CAF_CHECK_EQUAL(text(watched.tick(second + wait)),
                  "+left@10.0.0.1 +10.0.0.2@10.0.0.2");
}

CAF_TEST(who was known by its ip is so at once in a new table) {
  connected = {left, as(other, "10.0.0.2")};
  CAF_CHECK_EQUAL(text(watched.announced(other)),
                  "+left@10.0.0.1 +10.0.0.2@10.0.0.2");
  CAF_CHECK(watched.namesakes().find("calls itself 'left', at 10.0.0.2:8000")
            != std::string::npos);
}

CAF_TEST(who was known by its ip is no legacy server in a new table) {
  other.port = 8001;
  connected = {left, as(other, "10.0.0.2")};
  CAF_CHECK_EQUAL(text(watched.announced(left)), "+left@10.0.0.1");
  watched.answered("10.0.0.2", 0);
  auto events = watched.tick(second);
  CAF_CHECK_EQUAL(text(events), "+10.0.0.2@10.0.0.2");
  CAF_CHECK(events[0].server == connected[1]);
  CAF_CHECK(watched.namesakes().find("has the id of one that is known, at "
                                     "10.0.0.2:8001")
            != std::string::npos);
  CAF_CHECK_EQUAL(text(watched.announced(other)), "~10.0.0.2@10.0.0.2");
  CAF_CHECK_EQUAL(text(watched.announced(offline(other))),
                  "-10.0.0.2@10.0.0.2");
  CAF_CHECK_EQUAL(watched.namesakes(), "");
}

CAF_TEST(a second server that announces itself often is listed in time) {
  connected = {left};
  watched.announced(left);
  for (auto i = 1; i <= 4; ++i) {
    other.camera_trouble = "trouble " + std::to_string(i);
    CAF_CHECK_EQUAL(text(watched.announced(other)), "");
    CAF_CHECK_EQUAL(text(watched.tick(i * wait / 4)), "");
  }
  auto events = watched.tick(wait / 4 + wait);
  CAF_CHECK_EQUAL(text(events), "+10.0.0.2@10.0.0.2");
  CAF_CHECK_EQUAL(events[0].server.camera_trouble, "trouble 4");
}

CAF_TEST(a second server that moves or restarts is listed once) {
  connected = {left};
  watched.announced(left);
  watched.announced(other);
  watched.tick(second);
  other.ip = "10.0.0.3";
  watched.announced(other);
  watched.tick(second);
  CAF_CHECK_EQUAL(text(watched.tick(second + wait)), "+10.0.0.3@10.0.0.3");
  other.ip = "10.0.0.4";
  CAF_CHECK_EQUAL(text(watched.announced(other)), "~10.0.0.3@10.0.0.4");
  other.epoch = 9;
  CAF_CHECK_EQUAL(text(watched.announced(other)), "~10.0.0.3@10.0.0.4");
  CAF_CHECK_EQUAL(watched.servers().size(), 2u);
}

CAF_TEST(two servers may claim the id of a third one) {
  connected = {left};
  watched.announced(left);
  watched.announced(other);
  watched.announced(announcement("left", "10.0.0.3", 3));
  watched.tick(second);
  CAF_CHECK_EQUAL(text(watched.tick(second + wait)),
                  "+10.0.0.2@10.0.0.2 +10.0.0.3@10.0.0.3");
}

CAF_TEST(second servers of one ip are told apart by their ports) {
  connected = {left};
  watched.announced(left);
  auto third = announcement("left", "10.0.0.2", 3);
  third.port = 8001;
  watched.announced(other);
  watched.announced(third);
  watched.tick(second);
  CAF_CHECK_EQUAL(text(watched.tick(second + wait)),
                  "+10.0.0.2@10.0.0.2 +10.0.0.2-8001@10.0.0.2");
  CAF_CHECK_EQUAL(text(watched.announced(other)), "");
  CAF_CHECK_EQUAL(text(watched.announced(third)), "");
  CAF_CHECK_EQUAL(text(watched.announced(offline(third))),
                  "-10.0.0.2-8001@10.0.0.2");
  // As whoever is connected was listed before, whoever is heard first.
  server_table next{watching()};
  connected = {left, as(other, "10.0.0.2"), as(third, "10.0.0.2-8001")};
  CAF_CHECK_EQUAL(text(next.announced(third)),
                  "+left@10.0.0.1 +10.0.0.2-8001@10.0.0.2");
  CAF_CHECK_EQUAL(text(next.announced(other)), "+10.0.0.2@10.0.0.2");
}

CAF_TEST(a server that has moved keeps its id once it is not connected) {
  connected = {left};
  watched.announced(left);
  auto moved = announcement("left", "10.0.0.2", 2);
  watched.announced(moved);
  watched.tick(second);
  connected.clear(); // To where it was.
  CAF_CHECK_EQUAL(text(watched.tick(2 * second)), "~left@10.0.0.2");
  connected = {moved};
  // Another run where it is, or the same one elsewhere, is no other server.
  CAF_CHECK_EQUAL(text(watched.announced(announcement("left", "10.0.0.2", 3))),
                  "~left@10.0.0.2");
  CAF_CHECK_EQUAL(text(watched.announced(announcement("left", "10.0.0.3", 3))),
                  "~left@10.0.0.3");
  CAF_CHECK_EQUAL(watched.namesakes(), "");
}

CAF_TEST(a second server has the id when the first one says goodbye) {
  connected = {left};
  watched.announced(left);
  watched.announced(other); // It waits.
  CAF_CHECK_EQUAL(text(watched.announced(offline(left))), "-left@10.0.0.1");
  connected.clear();
  CAF_CHECK_EQUAL(text(watched.tick(second)), "+left@10.0.0.2");
  connected = {other};
  watched.announced(left);
  watched.tick(second);
  watched.tick(9 * second);
  CAF_CHECK_EQUAL(text(watched.announced(offline(other))), "-left@10.0.0.2");
  // The other one announces itself again, as it hears that; the stream of the
  // first one may still go on, and it may be back at once.
  CAF_CHECK_EQUAL(text(watched.announced(left)), "");
  CAF_CHECK_EQUAL(text(watched.tick(10 * second)), "");
  connected.clear();
  CAF_CHECK_EQUAL(text(watched.tick(11 * second)),
                  "-10.0.0.1@10.0.0.1 +left@10.0.0.1");
  CAF_CHECK_EQUAL(watched.namesakes(), "");
}

CAF_TEST(a break of its connection does not cost a server its id) {
  connected = {left};
  watched.announced(left);
  watched.announced(other);
  watched.tick(second);
  watched.tick(second + wait);
  connected.clear();
  CAF_CHECK_EQUAL(text(watched.announced(other)), "");
  CAF_CHECK_EQUAL(text(watched.tick(10 * second)), "");
  auto over = 10 * second + server_table::alone_wait_ns;
  connected = {left};
  CAF_CHECK_EQUAL(text(watched.tick(over)), "");
  connected.clear(); // For good, and nobody tells.
  CAF_CHECK_EQUAL(text(watched.tick(over + second)), "");
  CAF_CHECK_EQUAL(text(
                    watched.tick(over + second + server_table::alone_wait_ns)),
                  "-10.0.0.2@10.0.0.2 +left@10.0.0.2");
}

CAF_TEST_FIXTURE_SCOPE_END()
