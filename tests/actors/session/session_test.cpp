#define CAF_SUITE session_actor
#include "tests/camnode_test.hpp"

#include "messages/when.hpp"
#include "messages/wire/json_text.hpp"
#include "tests/actors/session/session_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

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
  auto told_now = parse_json(text);
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

CAF_TEST_FIXTURE_SCOPE_END()
