#define CAF_SUITE session_actor
#include "tests/camnode_test.hpp"

#include "actors/session/session.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/fake_supervisor.hpp"
#include "tests/actors/frame_samples.hpp"
#include "tests/actors/scratch_directory.hpp"

#include <nlohmann/json.hpp>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t start_ms = 1'800'000'000'000;

/// A stop on command lies this far ahead.
constexpr int64_t lead_ms = 50;

struct fixture : actor_fixture {
  fixture() : sensors(std::make_shared<sensor_board>()) {
    cameras = std::make_shared<fleet>();
    born_ns = now_ns;
    parent = sys.spawn<fake_supervisor>(told);
    watch(caf::actor_cast<caf::actor>(parent));
  }

  ~fixture() override {
    end_actors();
  }

  /// UTC goes as the clock does, half a millisecond into the start.
  int64_t utc_ns() const {
    return start_ms * ms + 500'000 + (now_ns - born_ns);
  }

  void start_session_actor(session_info current = {}) {
    session_options options;
    options.client = "desk";
    options.version = "0.1";
    options.dir = scratch.path() / "sessions";
    options.segment = 10s;
    options.clock = clock();
    options.utc = [this] { return utc_ns(); };
    testee = start<session>("session", options, cameras, sensors, parent,
                            std::move(current));
  }

  recording_ledger_ptr add_camera(const std::string& id) {
    fleet_member x;
    x.server.id = id;
    x.viewer = std::make_shared<viewer_board>();
    x.ledger = std::make_shared<recording_ledger>();
    cameras->put(x);
    return x.ledger;
  }

  void start_recording(const std::string& label = "", int64_t duration_ms = 0) {
    tell(testee, record_command{true, label, duration_ms});
  }

  void stop_recording() {
    tell(testee, record_command{});
  }

  /// What stands at `pointer` in the manifest of the session; null without.
  json manifest(const std::string& pointer,
                const std::string& suffix = "") const {
    auto name = std::to_string(start_ms) + suffix + ".json";
    auto text = content_of(scratch.path() / "sessions" / name);
    auto result = json::parse(text, nullptr, false);
    return result.is_object() ? result.at(json::json_pointer{pointer}) : json{};
  }

  /// What stands at `pointer` in the truth that was told last.
  json light(const std::string& pointer) const {
    return json::parse(told.truths.back()).at(json::json_pointer{pointer});
  }

  scratch_directory scratch;
  told_by_children told;
  std::shared_ptr<fleet> cameras;
  sensor_board_ptr sensors;
  int64_t born_ns;
  client_supervisor_actor parent;
  session_actor testee;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_tests, fixture)

CAF_TEST(an idle client says so) {
  start_session_actor();
  advance(250ms);
  CAF_REQUIRE(!told.truths.empty());
  CAF_CHECK_EQUAL(light("/state"), "idle");
  CAF_CHECK(light("/session").is_null());
  CAF_CHECK(told.sessions.empty());
}

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

CAF_TEST(a manifest is there from the start on) {
  start_session_actor();
  start_recording("t7");
  CAF_CHECK_EQUAL(manifest("/state", "-t7"), "recording");
  CAF_CHECK_EQUAL(manifest("/start_ms", "-t7"), start_ms);
  CAF_CHECK_EQUAL(manifest("/client", "-t7"), "desk");
}

CAF_TEST(a manifest is written at each cut and at the end) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  ledger->segment_opened(0, start_ms, "x");
  ledger->written(*new_frame(1));
  advance(9'900ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/recorded"), 0);
  advance(500ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/recorded"), 1);
  CAF_CHECK_EQUAL(manifest("/state"), "recording");
  ledger->written(*new_frame(2));
  stop_recording();
  ledger->finish();
  advance(500ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/recorded"), 2);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(manifest("/stop_ms"), told.sessions.at(1).stop_ms);
}

CAF_TEST(a stop is told and the end when all is on disk) {
  auto left = add_camera("left");
  auto right = add_camera("right");
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

CAF_TEST(a session that cannot be completed ends with the reason) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  stop_recording();
  advance(1'900ms);
  CAF_CHECK_EQUAL(told.stopped, 0);
  advance(600ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_CHECK_EQUAL(light("/last_error"),
                  "not all files of the session were completed in time");
}

CAF_TEST(a camera that has no part in the session holds nothing up) {
  auto ledger = add_camera("left");
  session_info other;
  other.start_ms = 5;
  ledger->begin(other);
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
                                          + std::to_string(start_ms));
}

CAF_TEST(a start while the last session is completed is refused) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  stop_recording();
  start_recording();
  CAF_CHECK_EQUAL(told.sessions.size(), 2u);
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
  ledger->finish();
  advance(1s);
  start_recording();
  CAF_REQUIRE_EQUAL(told.sessions.size(), 4u);
  CAF_CHECK(told.sessions[3].open());
}

CAF_TEST(a stop without a session changes nothing and is answered) {
  start_session_actor();
  stop_recording();
  CAF_CHECK(told.sessions.empty());
  CAF_CHECK_EQUAL(light("/last_error"), "stop: nothing is being recorded");
}

CAF_TEST(a bad command is counted and answered) {
  start_session_actor();
  tell(testee, record_command{}, std::string{"bad message: \"dance\""});
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
  CAF_CHECK_EQUAL(light("/last_error"), "bad message: \"dance\"");
  start_recording();
  CAF_CHECK_EQUAL(light("/last_error"), "");
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
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

CAF_TEST(a manifest begins without the readings of an earlier session) {
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

CAF_TEST(a step of UTC does not move a session) {
  start_session_actor();
  start_recording();
  born_ns += 3'600'000 * ms; // UTC is an hour behind.
  advance(5s);
  stop_recording();
  CAF_CHECK_EQUAL(told.sessions.at(1).stop_ms, start_ms + 5'000 + lead_ms);
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

CAF_TEST(a new life completes a session that was being stopped) {
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

CAF_TEST(a truth that does not change is not told again) {
  start_session_actor();
  advance(1s);
  auto before = told.truths.size();
  advance(60s);
  CAF_CHECK_EQUAL(told.truths.size(), before);
}

CAF_TEST(a camera that stalls is told within two seconds) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  ledger->segment_opened(0, start_ms, "x");
  advance(5s);
  ledger->durable(now_ns);
  advance(250ms);
  CAF_CHECK_EQUAL(light("/cameras/left/state"), "recording");
  advance(1'750ms);
  CAF_CHECK_EQUAL(light("/cameras/left/state"), "stalled");
}

CAF_TEST(a manifest that cannot be written is told) {
  scratch.put("sessions", "a file");
  start_session_actor();
  start_recording();
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  auto why = light("/last_error").get<std::string>();
  CAF_CHECK(why.find("open failed") == 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
