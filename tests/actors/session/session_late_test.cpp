#define CAF_SUITE session_late
#include "tests/camnode_test.hpp"

#include "messages/wire/json_text.hpp"
#include "tests/actors/session/session_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(session_late_tests, session_fixture)

CAF_TEST(a late session is stopping in its manifest until it is complete) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  stop_recording();
  advance(16s);
  CAF_REQUIRE_EQUAL(told.stopped, 1);
  CAF_CHECK_EQUAL(manifest("/state"), "stopping");
  CAF_CHECK_EQUAL(manifest("/stop_ms"), told.sessions[1].stop_ms);
  cameras->remove("left"); // Its recorder is still at it.
  ledger->piece_opened(0, start_ms, std::to_string(start_ms));
  ledger->written(*new_frame(1, 1, 10));
  ledger->piece_closed(start_ms + 1, "late");
  ledger->finish();
  advance(250ms);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(manifest("/cameras/left/recorded"), 1);
  CAF_CHECK_EQUAL(manifest("/cameras/left/segments/0/file"), "late");
  CAF_CHECK_EQUAL(told.stopped, 1);
}

CAF_TEST(a session that is late holds up no other and is completed) {
  auto left = add_camera("left");
  auto board = cameras->look()[0].board;
  board->clocks().add({now_ns, 1, 5, 0, 0}, true);
  start_session_actor();
  start_recording();
  record_one(*left, told.sessions[0]);
  stop_recording();
  advance(16s);
  start_recording();
  auto next = told.sessions.back();
  CAF_REQUIRE(next.open());
  board->clocks().begin();
  board->clocks().add({now_ns, 1, 7, 0, 0}, true);
  advance(2s);
  CAF_CHECK_EQUAL(manifest("/state"), "stopping");
  // Its recorder comes to the end of it, and goes on at once.
  left->piece_closed(start_ms + 1, "late");
  left->finish();
  record_one(*left, next);
  left->written(*new_frame(2, 1, 10));
  advance(2s);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(manifest("/cameras/left/recorded"), 1);
  CAF_CHECK_EQUAL(manifest("/cameras/left/segments/0/file"), "late");
  CAF_CHECK_EQUAL(manifest("/cameras/left/clock_history").size(), 1u);
  CAF_CHECK_EQUAL(manifest("/cameras/left/clock_history/0/offset_ns"), 5);
  CAF_CHECK_EQUAL(light("/state"), "recording");
  CAF_CHECK_EQUAL(light("/session"), next.start_ms);
  // Nobody needs it any more.
  CAF_CHECK_EQUAL(+left->snapshot(start_ms)->look().session_ms, 0);
}

CAF_TEST(the sensors of a late session are its own) {
  with_sensors = true;
  start_session_actor();
  start_recording();
  sensors->begin(start_ms);
  stop_recording();
  advance(16s);
  CAF_CHECK_EQUAL(light("/last_error"),
                  "not all files of the session were completed in time: "
                  "sensors");
  start_recording();
  sensors->update("t", [](topic_figures& x) {
    x.received = x.written = x.durable = 3;
    x.files = {"late"};
  });
  sensors->finish();
  sensors->begin(told.sessions.back().start_ms);
  sensors->update("t", [](topic_figures& x) { x.received = 1; });
  advance(2s);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(manifest("/sensors/t/written"), 3);
}

CAF_TEST(a camera that is at the session before has not finished the next) {
  auto left = add_camera("left");
  start_session_actor();
  start_recording();
  left->begin(told.sessions[0]);
  stop_recording();
  advance(16s);
  start_recording();
  auto next = told.sessions.back();
  left->announce(next); // As the supervisor does.
  stop_recording();
  advance(3s);
  CAF_CHECK_EQUAL(told.stopped, 1);
  left->finish();
  record_one(*left, next);
  left->piece_closed(next.start_ms + 1, "late");
  left->finish();
  advance(2s);
  CAF_CHECK_EQUAL(told.stopped, 2);
  auto file = "sessions/" + std::to_string(next.start_ms) + ".json";
  auto text = parse_json(content_of(scratch.path() / file));
  CAF_CHECK_EQUAL(text["state"], "finished");
  CAF_CHECK_EQUAL(text["cameras"]["left"]["recorded"], 1);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
}

CAF_TEST(a camera that is at a later session has finished the late ones) {
  auto left = add_camera("left");
  auto right = add_camera("right");
  session_info stuck_in;
  stuck_in.start_ms = 5;
  left->begin(stuck_in);
  start_session_actor();
  start_recording();
  left->announce(told.sessions[0]);
  right->begin(told.sessions[0]);
  right->finish();
  stop_recording();
  advance(16s);
  CAF_CHECK_EQUAL(manifest("/state"), "stopping");
  start_recording();
  left->announce(told.sessions.back());
  left->begin(told.sessions.back()); // Without any part in the first one.
  advance(2s);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(light("/state"), "recording");
}

CAF_TEST(a session with a file that nobody could complete is not finished) {
  auto left = add_camera("left");
  start_session_actor();
  start_recording();
  record_one(*left, told.sessions[0]);
  left->failed("gone");
  left->finish();
  stop_recording();
  advance(16s);
  CAF_CHECK_EQUAL(manifest("/state"), "stopping");
  CAF_CHECK_EQUAL(light("/last_error"),
                  "not all files of the session were completed in time: left");
}

CAF_TEST(of too many late sessions the oldest is left to the next start) {
  std::vector<recording_ledger_ptr> ledgers;
  start_session_actor();
  for (int i = 0; i < 9; ++i) {
    ledgers.push_back(add_camera("cam-" + std::to_string(i)));
    start_recording();
    CAF_REQUIRE(told.sessions.back().open());
    record_one(*ledgers.back(), told.sessions.back());
    stop_recording();
    advance(17s);
  }
  for (auto& x : ledgers) {
    x->piece_closed(start_ms + 1, "late");
    x->finish();
  }
  advance(3s);
  std::map<std::string, int> states;
  auto dir = scratch.path() / "sessions";
  for (auto& x : std::filesystem::directory_iterator{dir})
    ++states[parse_json(content_of(x.path()))["state"]];
  CAF_CHECK_EQUAL(states["finished"], 8);
  CAF_CHECK_EQUAL(states["stopping"], 1);
  CAF_CHECK_EQUAL(manifest("/state"), "stopping");
}

CAF_TEST(the light names late sessions and who is at them) {
  auto left = add_camera("left");
  start_session_actor();
  start_recording();
  record_one(*left, told.sessions[0]);
  stop_recording();
  start_recording(); // Waits; what it clears is in the light all the same.
  advance(16s);
  CAF_REQUIRE(told.sessions.back().open());
  auto pointer = "/late_sessions/" + std::to_string(start_ms);
  CAF_CHECK_EQUAL(light(pointer), nlohmann::json::array({"left"}));
  left->piece_closed(start_ms + 1, "late");
  left->finish();
  advance(2s);
  CAF_CHECK(light("/late_sessions").empty());
}

CAF_TEST(the light names a session that is late and given up) {
  start_session_actor();
  for (size_t i = 0; i <= late_sessions::max_sessions; ++i) {
    auto ledger = add_camera("cam-" + std::to_string(i));
    start_recording();
    record_one(*ledger, told.sessions.back());
    stop_recording();
    advance(17s);
  }
  auto said = light("/last_error").get<std::string>();
  auto lost = "session " + std::to_string(start_ms)
              + " is left to the next start of the client";
  CAF_CHECK(said.find(lost) != said.npos);
  CAF_CHECK_EQUAL(light("/late_sessions").size(), 8u);
}

CAF_TEST(a new life completes what the last one left late) {
  auto left = add_camera("left");
  start_session_actor();
  start_recording();
  record_one(*left, told.sessions[0]);
  stop_recording();
  advance(16s);
  start_recording();
  auto next = told.sessions.back();
  left->announce(next);
  end(testee);
  start_session_actor(next);
  left->piece_closed(start_ms + 1, "late");
  left->finish();
  record_one(*left, next);
  advance(2s);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(manifest("/cameras/left/segments/0/file"), "late");
  CAF_CHECK_EQUAL(+left->snapshot(start_ms)->look().session_ms, 0);
}

CAF_TEST(a start that waited begins while the manifest before is written) {
  auto left = add_camera("left");
  disk->lazy = true;
  start_session_actor();
  start_recording();
  record_one(*left, told.sessions[0]);
  stop_recording();
  start_recording();
  advance(16s);
  CAF_CHECK_EQUAL(light("/commands_refused"), 0);
  CAF_CHECK(told.sessions.back().open());
  CAF_CHECK(told.sessions.back().start_ms > start_ms);
}

CAF_TEST(a camera that comes to the next session later has still to finish it) {
  auto left = add_camera("left");
  start_session_actor();
  start_recording();
  record_one(*left, told.sessions[0]);
  stop_recording();
  advance(16s);
  start_recording();
  auto next = told.sessions.back();
  left->announce(next);
  stop_recording();
  left->piece_closed(start_ms + 1, "late");
  left->finish(); // And has not heard of the next one yet.
  advance(2s);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(told.stopped, 1);
  record_one(*left, next);
  left->piece_closed(next.start_ms + 1, "next");
  left->finish();
  advance(2s);
  CAF_CHECK_EQUAL(told.stopped, 2);
}

CAF_TEST_FIXTURE_SCOPE_END()
