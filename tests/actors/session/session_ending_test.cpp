#define CAF_SUITE session_ending
#include "tests/camnode_test.hpp"

#include "tests/actors/session/session_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(session_ending_tests, session_fixture)

CAF_TEST(a node that is ending does not wait long for late sessions) {
  std::vector<recording_ledger_ptr> ledgers;
  start_session_actor();
  for (int i = 0; i < 4; ++i) {
    ledgers.push_back(add_camera("cam-" + std::to_string(i)));
    start_recording();
    record_one(*ledgers.back(), told.sessions.back());
    stop_recording();
    advance(17s);
  }
  for (size_t i = 0; i < 3; ++i) {
    ledgers[i]->piece_closed(start_ms + 1, "late");
    ledgers[i]->finish();
  }
  disk->stuck = true;
  disk->waited = {};
  auto stopped = told.stopped;
  tell(testee, stop_atom_v);
  CAF_CHECK_EQUAL(told.stopped, stopped + 1);
  CAF_CHECK(disk->waited <= 100ms);
  CAF_CHECK_EQUAL(manifest("/state"), "stopping");
}

CAF_TEST(a node that is ending completes a late session if it can) {
  auto left = add_camera("left");
  disk->lazy = true;
  start_session_actor();
  start_recording();
  record_one(*left, told.sessions[0]);
  stop_recording();
  advance(17s);
  left->piece_closed(start_ms + 1, "late");
  left->finish();
  tell(testee, stop_atom_v);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK(late->empty());
}

CAF_TEST(a node that is ending stops its session and hurries) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  advance(1s);
  tell(testee, stop_atom_v);
  CAF_REQUIRE_EQUAL(told.sessions.size(), 2u);
  CAF_CHECK(told.sessions[1].hurry);
  CAF_CHECK_EQUAL(told.sessions[1].stop_ms, start_ms + 1'000 + lead_ms);
  advance(1'200ms);
  CAF_CHECK_EQUAL(told.stopped, 0);
  advance(350ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
}

CAF_TEST(a node that is ending hurries a session that is being stopped) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  stop_recording();
  advance(5s);
  tell(testee, stop_atom_v);
  CAF_REQUIRE_EQUAL(told.sessions.size(), 3u);
  CAF_CHECK(told.sessions[2].hurry);
  CAF_CHECK_EQUAL(told.sessions[2].stop_ms, told.sessions[1].stop_ms);
  advance(250ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
}

CAF_TEST(a node that is ending begins no session) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  tell(testee, stop_atom_v);
  tell(testee, record_command{true, "late", 0, false});
  ledger->finish();
  advance(1s);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_CHECK(!told.sessions.back().exists());
  tell(testee, record_command{true, "later", 0, false});
  CAF_CHECK(!told.sessions.back().exists());
  CAF_CHECK_EQUAL(light("/last_error"), "start: the client is ending");
}

CAF_TEST(a node that is ending without a session may end at once) {
  start_session_actor();
  tell(testee, stop_atom_v);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_CHECK(told.sessions.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
