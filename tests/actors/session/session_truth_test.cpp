#define CAF_SUITE truth_light
#include "tests/camnode_test.hpp"

#include "tests/actors/frame_samples.hpp"
#include "tests/actors/session/session_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(truth_light_tests, session_fixture)

CAF_TEST(an idle client says so) {
  start_session_actor();
  advance(250ms);
  CAF_REQUIRE(!told.truths.empty());
  CAF_CHECK_EQUAL(light("/state"), "idle");
  CAF_CHECK(light("/session").is_null());
  CAF_CHECK(told.sessions.empty());
}

CAF_TEST(a manifest is there from the start on) {
  start_session_actor();
  start_recording("t7");
  CAF_CHECK_EQUAL(manifest("/state", "-t7"), "recording");
  CAF_CHECK_EQUAL(manifest("/start_ms", "-t7"), start_ms);
  CAF_CHECK_EQUAL(manifest("/client", "-t7"), "desk");
}

CAF_TEST(a manifest is written at each cut and at the end) {
  auto ledger = add_camera("left");
  // One that is away would be news before that.
  cameras->look()[0].board->update([](auto& f) { f.connected = true; });
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  ledger->piece_opened(0, start_ms, "x");
  ledger->written(*new_frame(1), start_ms * ms + 1);
  advance(9'900ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/recorded"), 0);
  advance(500ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/recorded"), 1);
  CAF_CHECK_EQUAL(manifest("/state"), "recording");
  ledger->written(*new_frame(2));
  stop_recording();
  ledger->piece_closed(start_ms + 11'000, "x-y");
  ledger->finish();
  advance(500ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/recorded"), 2);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(manifest("/stop_ms"), told.sessions.at(1).stop_ms);
}

CAF_TEST(a bad command is counted and answered) {
  start_session_actor();
  tell(testee, refuse_atom_v, std::string{"bad message: \"dance\""});
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
  CAF_CHECK_EQUAL(light("/last_error"), "bad message: \"dance\"");
  start_recording();
  CAF_CHECK_EQUAL(light("/last_error"), "");
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
}

CAF_TEST(an alarm about an actor is told at once and its end as well) {
  start_session_actor();
  advance(250ms);
  CAF_CHECK(light("/alarms").empty());
  alarms.set("recorder/left", "does not answer");
  advance(250ms);
  CAF_CHECK_EQUAL(light("/alarms/recorder~1left"), "does not answer");
  alarms.set("recorder/left", "");
  advance(250ms);
  CAF_CHECK(light("/alarms").empty());
}

CAF_TEST(a data folder that is renamed is an alarm and refuses a start) {
  auto name = scratch.path() / "data";
  std::filesystem::create_directory(name);
  folder = *camnode::held_folder::hold(name);
  start_session_actor();
  auto moved = scratch.path() / "moved";
  std::filesystem::rename(name, moved);
  advance(1s);
  auto alarm = light("/alarms/data.dir").get<std::string>();
  CAF_CHECK_EQUAL(alarm.find(name.string() + " was renamed to "
                             + moved.string()),
                  0u);
  start_recording("", 0, true);
  CAF_CHECK_EQUAL(light("/state"), "idle");
  CAF_CHECK_EQUAL(light("/last_error"), "start: data.dir: " + alarm);
  std::filesystem::rename(moved, name);
  advance(1s);
  CAF_CHECK(light("/alarms").empty());
  start_recording();
  CAF_CHECK_EQUAL(light("/state"), "recording");
}

CAF_TEST(a manifest begins without the readings of an earlier session) {
  with_sensors = true;
  sensors->begin(start_ms - 60'000);
  sensors->update("air", [](topic_figures& f) { ++f.received; });
  start_session_actor();
  start_recording();
  CAF_CHECK(manifest("/sensors").empty());
  sensors->begin(start_ms);
  sensors->update("water", [](topic_figures& f) { ++f.received; });
  advance(10'250ms);
  CAF_CHECK_EQUAL(manifest("/sensors/water/received"), 1);
}

CAF_TEST(the truth is told at once when it changes and each second else) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  advance(250ms);
  auto before = told.truths.size();
  ledger->lost({1, 5, 9, loss_place::network, 0});
  advance(250ms);
  CAF_CHECK_EQUAL(told.truths.size(), before + 1);
  CAF_CHECK_EQUAL(light("/cameras/left/lost"), 5);
  before = told.truths.size();
  advance(10s);
  CAF_CHECK(told.truths.size() >= before + 9);
  CAF_CHECK(told.truths.size() <= before + 12);
}

CAF_TEST(an idle client shows each second that it lives) {
  start_session_actor();
  advance(1s);
  auto before = told.truths.size();
  advance(60s);
  CAF_CHECK(told.truths.size() >= before + 48); // A beat may come too early.
  CAF_CHECK(told.truths.size() <= before + 61);
  auto age_ms = utc_ns() / ms - light("/time_ms").get<int64_t>();
  CAF_CHECK(age_ms >= 0 && age_ms <= 1250);
}

CAF_TEST(a camera that stalls is told within two seconds) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  ledger->piece_opened(0, start_ms, "x");
  advance(5s);
  ledger->durable(now_ns);
  advance(250ms);
  CAF_CHECK_EQUAL(light("/cameras/left/state"), "recording");
  advance(1'750ms);
  CAF_CHECK_EQUAL(light("/cameras/left/state"), "stalled");
}

CAF_TEST(a manifest that cannot be written is told) {
  disk->error = "open failed: in the way";
  start_session_actor();
  start_recording();
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  CAF_CHECK_EQUAL(light("/last_error"),
                  "cannot write the manifest: open failed: in the way");
}

CAF_TEST(an answer is the last trouble after a minute) {
  start_session_actor();
  stop_recording();
  CAF_CHECK_EQUAL(light("/last_error"), "stop: nothing is being recorded");
  CAF_CHECK(light("/last_trouble").is_null());
  advance(62s);
  CAF_CHECK_EQUAL(light("/last_error"), "");
  CAF_CHECK_EQUAL(light("/last_trouble/text"),
                  "stop: nothing is being recorded");
  CAF_CHECK_EQUAL(light("/last_trouble/time_ms"), start_ms);
}

CAF_TEST(a session without a camera says so) {
  start_session_actor();
  start_recording();
  CAF_CHECK_EQUAL(light("/alarms/session"),
                  "no camera is known: sensors alone are recorded");
  add_camera("left");
  advance(250ms);
  CAF_CHECK(light("/alarms").empty());
}

CAF_TEST(a camera that gives no frame is away in light and manifest) {
  auto ledger = add_camera("left");
  cameras->look()[0].board->update([](auto& f) { f.last_error = "refused"; });
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  advance(3s);
  CAF_CHECK(light("/cameras/left/seconds_without_frames") >= 2.);
  CAF_CHECK_EQUAL(manifest("/cameras/left/absences/0/to_ms"), 0);
  stop_recording();
  ledger->finish();
  advance(500ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/absences").size(), 1u);
  CAF_CHECK_EQUAL(manifest("/cameras/left/absences/0/from_ms"), start_ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/absences/0/to_ms"),
                  told.sessions.at(1).stop_ms);
  auto why = manifest("/cameras/left/absences/0/why").get<std::string>();
  CAF_CHECK(why.find("refused") != why.npos);
}

CAF_TEST(a start waits for no camera that is missing unless it is told so) {
  add_camera("left");
  auto left = cameras->look()[0];
  left.expected = true;
  cameras->put(left);
  start_session_actor();
  start_recording();
  CAF_CHECK(told.sessions.empty());
  auto said = light("/last_error").get<std::string>();
  CAF_CHECK_EQUAL(said.find("start: left is not there"), 0u);
  CAF_CHECK(light("/missing").contains("left"));
  record_command start;
  start.start = true;
  start.without_missing = true;
  tell(testee, start);
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  left.board->update([](auto& f) { f.connected = true; });
  advance(250ms);
  CAF_CHECK(light("/missing").empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
