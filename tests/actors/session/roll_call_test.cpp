#define CAF_SUITE roll_call
#include "tests/camnode_test.hpp"

#include "actors/base/trouble_note.hpp"
#include "actors/session/camera_state.hpp"
#include "actors/session/roll_call.hpp"

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;
constexpr int64_t now_ns = 500 * s;
constexpr int64_t utc_ns = 1'800'000'000 * s;

fleet_member camera(const std::string& id, bool connected) {
  fleet_member x;
  x.server.id = id;
  x.server.ip = "10.0.0.7";
  x.server.port = 8000;
  x.board = std::make_shared<viewer_board>();
  x.ledger = std::make_shared<recording_ledger>();
  x.board->update([=](auto& f) { f.connected = connected; });
  return x;
}

fleet_member expected(fleet_member x) {
  x.expected = true;
  return x;
}

/// A camera with a frame of a session in its books.
fleet_member recorded(fleet_member x, const session_info& session) {
  x.ledger->begin(session);
  x.ledger->written(frame{});
  return x;
}

session_info session_at(int64_t start_ms) {
  session_info x;
  x.start_ms = start_ms;
  return x;
}

using names = std::vector<std::string>;

} // namespace

CAF_TEST(only who is expected and not connected is missing) {
  auto missing = roll_call::missing({expected(camera("a", true)),
                                     expected(camera("b", false)),
                                     camera("c", false)},
                                    utc_ns, now_ns);
  CAF_REQUIRE_EQUAL(missing.size(), 1u);
  CAF_CHECK_EQUAL(missing.begin()->first, "b");
  CAF_CHECK_EQUAL(missing.begin()->second,
                  "not seen since this client started");
}

CAF_TEST(a start is refused with names and what to do) {
  CAF_CHECK_EQUAL(roll_call::refusal({}), "");
  auto said = roll_call::refusal({{"b", "since 14:00: no route"}});
  CAF_CHECK_EQUAL(said, "b is not there, since 14:00: no route; start with "
                        "\"without_missing\":true to record the others");
}

CAF_TEST(a camera that was there tells since when it is not and why) {
  auto x = camera("a", false);
  x.board->update([](auto& f) {
    f.left_ns = now_ns - 3 * s;
    f.last_error = "no route";
  });
  auto said = away_text(x, utc_ns, now_ns);
  CAF_CHECK(said.find("since ") == 0);
  CAF_CHECK(said.find(": 10.0.0.7:8000: no route") != std::string::npos);
}

CAF_TEST(a start names those of the last session that are not there) {
  roll_call testee{{"a", "b", "c"}};
  testee.begin({camera("a", true), camera("b", false)});
  CAF_CHECK_EQUAL(testee.not_as_last_time(), (names{"b", "c"}));
  auto session = session_at(1'000);
  testee.end({recorded(camera("a", true), session), camera("b", false)}, 1'000);
  CAF_CHECK(testee.not_as_last_time().empty());
  testee.begin({camera("b", true)});
  CAF_CHECK_EQUAL(testee.not_as_last_time(), (names{"a"}));
}

CAF_TEST(a session without frames does not change who was there last time) {
  roll_call testee{{"a"}};
  testee.end({camera("a", false)}, 1'000);
  testee.begin({});
  CAF_CHECK_EQUAL(testee.not_as_last_time(), (names{"a"}));
}

CAF_TEST(a server that said goodbye has no part in a session that begins) {
  auto x = camera("a", false);
  x.server.goodbye = true;
  auto session = session_at(1'000);
  CAF_CHECK(x.is_gone());
  CAF_CHECK(!takes_part(x, session));
  CAF_CHECK_EQUAL(camera_state(x, session, now_ns), "gone");
  CAF_CHECK_EQUAL(camera_state(x, {}, now_ns), "gone");
  x.ledger->begin(session); // It said so within the session.
  CAF_CHECK(takes_part(x, session));
  CAF_CHECK_EQUAL(camera_state(x, session, now_ns), "stalled");
}

CAF_TEST(an expected server that said goodbye is missing and not gone) {
  auto x = expected(camera("a", false));
  x.server.goodbye = true;
  CAF_CHECK(!x.is_gone());
  CAF_CHECK(takes_part(x, session_at(1'000)));
}

CAF_TEST(an open session without a camera is told) {
  CAF_CHECK_NOT_EQUAL(why_no_camera({}, session_at(1'000)), "");
  CAF_CHECK_EQUAL(why_no_camera({}, {}), "");
  CAF_CHECK_EQUAL(why_no_camera({camera("a", false)}, session_at(1'000)), "");
}

CAF_TEST(an error that is over is the last trouble) {
  trouble_note x;
  x.set("disk full", 5 * s);
  CAF_CHECK_EQUAL(x.now(), "disk full");
  CAF_CHECK_EQUAL(x.last().text, "");
  x.clear();
  x.clear();
  CAF_CHECK_EQUAL(x.now(), "");
  CAF_CHECK_EQUAL(x.last().text, "disk full");
  CAF_CHECK_EQUAL(x.last().at_ns, 5 * s);
}

CAF_TEST(the same error again is no past one) {
  trouble_note x;
  x.set("disk full", 5 * s);
  x.set("disk full", 6 * s);
  CAF_CHECK_EQUAL(x.now(), "disk full");
  CAF_CHECK_EQUAL(x.last().text, "");
  x.set("no route", 7 * s);
  CAF_CHECK_EQUAL(x.last().text, "disk full");
}

CAF_TEST(news is the last trouble after a while) {
  trouble_note x;
  x.set("refused", 5 * s);
  x.age(65 * s, 60 * s);
  CAF_CHECK_EQUAL(x.now(), "refused");
  x.age(66 * s, 60 * s);
  CAF_CHECK_EQUAL(x.now(), "");
  CAF_CHECK_EQUAL(x.last().text, "refused");
}
