#define CAF_SUITE server_table
#include "tests/camnode_test.hpp"

#include "actors/discovery/server_table.hpp"

#include <set>

using namespace camnode;

namespace {

constexpr int64_t second = 1'000'000'000;

server_info announcement(const std::string& id, const std::string& ip,
                         uint64_t epoch = 1) {
  server_info x;
  x.id = id;
  x.ip = ip;
  x.port = 8000;
  x.epoch = epoch;
  x.online = true;
  return x;
}

server_info offline(server_info x) {
  x.online = false;
  return x;
}

/// Events in short: `+left@10.0.0.1 -10.0.0.1@10.0.0.1`.
std::string text(const server_events& xs) {
  std::string result;
  for (const auto& x : xs) {
    if (!result.empty())
      result += ' ';
    result += "+~-"[static_cast<int>(x.what)];
    result += x.server.id + "@" + x.server.ip;
    CAF_CHECK_EQUAL(x.server.online, x.what != server_event::kind::lost);
  }
  return result;
}

/// `x` as a table has listed it.
server_info as(server_info x, const std::string& id) {
  x.id = id;
  return x;
}

constexpr auto wait = server_table::claim_wait_ns;

struct fixture {
  server_table_options watching() {
    server_table_options result;
    result.connected = [this] { return connected; };
    result.has_heard = [this](auto& id) { return heard.count(id) > 0; };
    return result;
  }

  std::set<std::string> heard; ///< Whose frames have come.
  server_table testee{server_table_options{}};

  std::vector<server_info> connected;
  server_table watched{watching()};

  const server_info left = announcement("left", "10.0.0.1");

  /// Another server that calls itself the same.
  server_info other = announcement("left", "10.0.0.2", 2);
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_table_tests, fixture)

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
