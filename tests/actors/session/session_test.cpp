#define CAF_SUITE session_actor
#include "tests/camnode_test.hpp"

#include "messages/when.hpp"
#include "tests/actors/frame_samples.hpp"
#include "tests/actors/session/session_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

/// One frame of session `x`, in a file that is open.
void record_one(recording_ledger& to, const session_info& x) {
  to.begin(x);
  to.segment_opened(0, x.start_ms, std::to_string(x.start_ms));
  to.written(*new_frame(1, 1, 10));
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_tests, session_fixture)

CAF_TEST(a start ties the session clock to UTC at a whole millisecond) {
  start_session_actor();
  start_recording("t7");
  CAF_REQUIRE_EQUAL(told.sessions.size(), 1u);
  auto& x = told.sessions[0];
  CAF_CHECK_EQUAL(x.start_ms, start_ms);
  CAF_CHECK_EQUAL(x.anchor_mono_ns, born_ns - 500'000);
  CAF_CHECK_EQUAL(x.session_ns(now_ns), utc_ns());
  CAF_CHECK_EQUAL(x.segment_ms, 10'000);
  CAF_CHECK_EQUAL(x.label, "t7");
  CAF_CHECK(x.open());
  CAF_CHECK_EQUAL(light("/state"), "recording");
  CAF_CHECK_EQUAL(light("/session"), start_ms);
}

CAF_TEST(a stop is told and the end when all is on disk) {
  auto left = add_camera("left");
  auto right = add_camera("right");
  with_sensors = true;
  start_session_actor();
  start_recording();
  sensors->begin(start_ms);
  left->begin(told.sessions[0]);
  right->begin(told.sessions[0]);
  advance(1s);
  stop_recording();
  CAF_REQUIRE_EQUAL(told.sessions.size(), 2u);
  CAF_CHECK_EQUAL(told.sessions[1].stop_ms, start_ms + 1'000 + lead_ms);
  CAF_CHECK_EQUAL(light("/state"), "stopping");
  left->finish();
  sensors->finish();
  advance(1s);
  CAF_CHECK_EQUAL(told.stopped, 0);
  right->finish();
  advance(250ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_REQUIRE_EQUAL(told.sessions.size(), 3u);
  CAF_CHECK(!told.sessions[2].exists());
  CAF_CHECK_EQUAL(light("/state"), "idle");
  CAF_CHECK_EQUAL(light("/last_error"), "");
}

CAF_TEST(a stop that names another session is refused) {
  start_session_actor();
  start_recording("a");
  tell(testee, record_command{false, "b", 0, false});
  CAF_CHECK_EQUAL(light("/state"), "recording");
  CAF_CHECK_EQUAL(light("/last_error"),
                  "stop: the session that is recorded is a, not b");
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
  tell(testee, record_command{false, "a", 0, false});
  CAF_CHECK_EQUAL(light("/state"), "stopping");
}

CAF_TEST(a stop that names a session does not mean one without a label) {
  start_session_actor();
  start_recording();
  tell(testee, record_command{false, "b", 0, false});
  CAF_CHECK_EQUAL(light("/last_error"),
                  "stop: the session that is recorded is without a label, "
                  "not b");
  stop_recording();
  CAF_CHECK_EQUAL(light("/state"), "stopping");
}

CAF_TEST(a session that cannot be completed ends with the reason) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  stop_recording();
  advance(15s);
  CAF_CHECK_EQUAL(told.stopped, 0);
  advance(400ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_CHECK_EQUAL(light("/last_error"),
                  "not all files of the session were completed in time: left");
}

CAF_TEST(a session that was not completed in time stays open in its manifest) {
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
  ledger->segment_opened(0, start_ms, std::to_string(start_ms));
  ledger->written(*new_frame(1, 1, 10));
  ledger->segment_closed(start_ms + 1, "late");
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
  left->segment_closed(start_ms + 1, "late");
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
  left->segment_closed(next.start_ms + 1, "late");
  left->finish();
  advance(2s);
  CAF_CHECK_EQUAL(told.stopped, 2);
  auto file = "sessions/" + std::to_string(next.start_ms) + ".json";
  auto text = nlohmann::json::parse(content_of(scratch.path() / file));
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
    x->segment_closed(start_ms + 1, "late");
    x->finish();
  }
  advance(3s);
  std::map<std::string, int> states;
  auto dir = scratch.path() / "sessions";
  for (auto& x : std::filesystem::directory_iterator{dir})
    ++states[nlohmann::json::parse(content_of(x.path()))["state"]];
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
  left->segment_closed(start_ms + 1, "late");
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
  left->segment_closed(start_ms + 1, "late");
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

CAF_TEST(a camera that comes to the next session later still owes it) {
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
  left->segment_closed(start_ms + 1, "late");
  left->finish(); // And has not heard of the next one yet.
  advance(2s);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(told.stopped, 1);
  record_one(*left, next);
  left->segment_closed(next.start_ms + 1, "next");
  left->finish();
  advance(2s);
  CAF_CHECK_EQUAL(told.stopped, 2);
}

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
    ledgers[i]->segment_closed(start_ms + 1, "late");
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
  left->segment_closed(start_ms + 1, "late");
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

CAF_TEST(a manifest that the disk refuses is tried until it takes it) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  advance(1s);
  disk->error = "write failed: full";
  stop_recording();
  ledger->finish();
  advance(5s);
  CAF_CHECK_EQUAL(told.stopped, 0);
  CAF_CHECK(disk->written < 12);
  CAF_CHECK_EQUAL(light("/last_error"),
                  "cannot write the manifest: write failed: full");
  CAF_CHECK_EQUAL(manifest("/state"), "recording");
  disk->error.clear();
  advance(1'500ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(light("/last_error"), "");
}

CAF_TEST(losses that could not be written are written later) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  advance(1'500ms);
  disk->error = "full";
  ledger->lost({1, 2, 4, loss_place::network, 0});
  advance(2s);
  disk->error.clear();
  advance(1'500ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/lost"), 3);
}

CAF_TEST(no session begins while the last one is open on disk) {
  start_session_actor();
  start_recording();
  disk->error = "full";
  stop_recording();
  advance(16s);
  CAF_CHECK_EQUAL(told.stopped, 1);
  tell(testee, record_command{true, "", 0, false});
  CAF_CHECK(!told.sessions.back().exists());
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
  disk->error.clear();
  advance(1'500ms);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  start_recording();
  CAF_CHECK(told.sessions.back().open());
}

CAF_TEST(a disk that does not answer shows in the light within two seconds) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  ledger->durable(now_ns);
  advance(1s);
  CAF_CHECK_EQUAL(light("/last_error"), "");
  disk->stuck = true;
  ledger->lost({1, 2, 4, loss_place::network, 0});
  advance(3'500ms); // It is asked within one.
  CAF_CHECK_EQUAL(light("/last_error"),
                  "cannot write the manifest: the disk does not answer");
  CAF_CHECK_EQUAL(light("/cameras/left/state"), "stalled");
  disk->stuck = false;
  disk->go_on();
  advance(500ms);
  CAF_CHECK_EQUAL(light("/last_error"), "");
}

CAF_TEST(a node that is ending without a session may end at once) {
  start_session_actor();
  tell(testee, stop_atom_v);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_CHECK(told.sessions.empty());
}

CAF_TEST(a camera that has no part in the session holds nothing up) {
  auto ledger = add_camera("left");
  session_info other;
  other.start_ms = 5;
  ledger->begin(other);
  ledger->finish();
  start_session_actor();
  start_recording();
  stop_recording();
  advance(250ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
}

CAF_TEST(a session of no time still has a length) {
  start_session_actor();
  start_recording();
  stop_recording();
  CAF_REQUIRE_EQUAL(told.sessions.size(), 2u);
  CAF_CHECK_EQUAL(told.sessions[1].stop_ms, start_ms + lead_ms);
}

CAF_TEST(a start within a session changes nothing and is answered) {
  start_session_actor();
  start_recording("one");
  advance(1s);
  start_recording("two");
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  CAF_CHECK_EQUAL(light("/label"), "one");
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
  CAF_CHECK_EQUAL(light("/last_error"), "start: recording already, since "
                                          + time_text(start_ms * 1'000'000));
}

CAF_TEST(a start while the last session is completed waits for its end) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  stop_recording();
  start_recording();
  CAF_CHECK_EQUAL(told.sessions.size(), 2u);
  CAF_CHECK_EQUAL(light("/commands_refused"), 0);
  ledger->finish();
  advance(1s);
  CAF_REQUIRE_EQUAL(told.sessions.size(), 4u);
  CAF_CHECK(told.sessions[3].open());
}

CAF_TEST(a stop without a session changes nothing and is answered) {
  start_session_actor();
  stop_recording();
  CAF_CHECK(told.sessions.empty());
  CAF_CHECK_EQUAL(light("/last_error"), "stop: nothing is being recorded");
}

CAF_TEST(a session with a duration stops by itself) {
  start_session_actor();
  start_recording("", 3'000);
  advance(2'500ms);
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  advance(450ms);
  CAF_REQUIRE(told.sessions.size() >= 2u);
  CAF_CHECK_EQUAL(told.sessions[1].stop_ms, start_ms + 3'000);
}

CAF_TEST(a duration shorter than a beat is kept or a moment longer) {
  start_session_actor();
  advance(100ms);
  start_recording("", 100);
  advance(300ms);
  CAF_REQUIRE(told.sessions.size() >= 2u);
  auto lasted_ms = told.sessions[1].stop_ms - told.sessions[0].start_ms;
  CAF_CHECK(lasted_ms >= 100);
  CAF_CHECK(lasted_ms <= 250 + lead_ms);
}

CAF_TEST(a duration does not outlive its session) {
  start_session_actor();
  start_recording("", 3'000);
  stop_recording();
  advance(1s);
  start_recording();
  advance(10s);
  CAF_CHECK(told.sessions.back().open());
}

CAF_TEST(a step of UTC does not move a session) {
  start_session_actor();
  start_recording();
  born_ns += 3'600'000 * ms; // UTC is an hour behind.
  advance(5s);
  stop_recording();
  CAF_CHECK_EQUAL(told.sessions.at(1).stop_ms, start_ms + 5'000 + lead_ms);
}

CAF_TEST(no two sessions have one start though UTC was set back) {
  start_session_actor();
  start_recording();
  stop_recording();
  advance(1s);
  CAF_REQUIRE_EQUAL(told.stopped, 1);
  born_ns = now_ns; // UTC is where the first one began.
  start_recording();
  auto& x = told.sessions.back();
  CAF_CHECK_EQUAL(x.start_ms, start_ms + 1);
  CAF_CHECK_EQUAL(x.session_ns(now_ns), utc_ns());
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
}

CAF_TEST(a new life goes on with the session of the last one) {
  start_session_actor();
  start_recording("t7");
  advance(1s);
  end(testee);
  start_session_actor(told.sessions[0]);
  advance(250ms);
  CAF_CHECK_EQUAL(light("/state"), "recording");
  CAF_CHECK_EQUAL(light("/session"), start_ms);
  stop_recording();
  advance(500ms);
  CAF_CHECK_EQUAL(told.sessions.at(1).start_ms, start_ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_CHECK_EQUAL(manifest("/state", "-t7"), "finished");
}

CAF_TEST(a new life tells of a stop that the last one could not tell) {
  start_session_actor();
  start_recording();
  advance(1s);
  end(testee);
  stop->draw(start_ms, [] { return start_ms + 900; });
  start_session_actor(told.sessions[0]);
  CAF_REQUIRE_EQUAL(told.sessions.size(), 2u);
  CAF_CHECK_EQUAL(told.sessions[1].stop_ms, start_ms + 900);
}

CAF_TEST(a new life completes a session that was being stopped) {
  with_sensors = true;
  start_session_actor();
  start_recording();
  sensors->begin(start_ms);
  advance(1s);
  stop_recording();
  end(testee);
  sensors->finish();
  start_session_actor(told.sessions.at(1));
  advance(250ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
}

CAF_TEST(a session of an earlier process says that it goes on) {
  session_info x;
  x.start_ms = start_ms - 60'000;
  x.anchor_mono_ns = now_ns - 60'000 * ms;
  x.segment_ms = 10'000;
  start_session_actor(x,
                      {{start_ms - 30'000, start_ms}, {{"recorder/left", 3}}});
  add_camera("left");
  advance(2s);
  auto name = std::to_string(x.start_ms) + ".json";
  auto text = content_of(scratch.path() / "sessions" / name);
  auto told_now = nlohmann::json::parse(text);
  CAF_CHECK_EQUAL(told_now["state"], "recording");
  CAF_CHECK_EQUAL(told_now["boot_id"], "boot-1");
  CAF_CHECK_EQUAL(told_now["resumed_ms"].size(), 2u);
  CAF_CHECK_EQUAL(told_now["cameras"]["left"]["restarts"]["recorder"], 3);
  stop_recording();
  sensors->begin(x.start_ms);
  sensors->finish();
  advance(1s);
  start_recording();
  CAF_CHECK_EQUAL(manifest("/resumed_ms").size(), 0u);
}

CAF_TEST(losses are in the manifest within a second) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  advance(1500ms);
  ledger->lost({1, 2, 4, loss_place::network, 0});
  advance(1250ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/lost"), 3);
}

namespace {

/// A camera that delivers 1 MB every 250 ms for `n` seconds.
template <class Fixture>
void deliver(Fixture& x, int n) {
  for (int i = 0; i < n * 4; ++i) {
    for (auto& camera : x.cameras->look())
      camera.board->update([](viewer_figures& f) { f.bytes += 1'000'000; });
    x.advance(250ms);
  }
}

} // namespace

CAF_TEST(a start without room for ten minutes is refused and may be forced) {
  add_camera("left");
  free_bytes = uint64_t{2'300'000'000};
  start_session_actor();
  deliver(*this, 5);
  start_recording();
  CAF_CHECK(told.sessions.empty());
  CAF_CHECK_EQUAL(light("/state"), "idle");
  CAF_CHECK_EQUAL(light("/last_error"),
                  "start: the disk is full in less than 10 minutes, 2300 MB "
                  "free, 4000 kB/s; make room, or start with \"force\":true");
  CAF_CHECK_EQUAL(light("/disk/minutes_left"), 9);
  start_recording("", 0, true);
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  free_bytes = 0;
  deliver(*this, 5);
  CAF_CHECK_EQUAL(light("/state"), "recording");
}

CAF_TEST(a recording is stopped a minute before the disk is full) {
  add_camera("left");
  free_bytes = uint64_t{10'000'000'000};
  start_session_actor();
  deliver(*this, 5);
  start_recording();
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  free_bytes = uint64_t{239'000'000};
  deliver(*this, 2);
  CAF_REQUIRE(told.sessions.size() >= 2);
  CAF_CHECK(told.sessions[1].stop_ms != 0);
  CAF_CHECK_EQUAL(light("/last_error"),
                  "stopped: the disk is full in less than 60 s, 239 MB free, "
                  "4000 kB/s");
}

CAF_TEST_FIXTURE_SCOPE_END()
