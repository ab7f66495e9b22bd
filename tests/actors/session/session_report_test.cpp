#define CAF_SUITE session_report
#include "tests/camnode_test.hpp"

#include "actors/session/manifest_of.hpp"
#include "messages/wire/json_text.hpp"
#include "tests/actors/frame_samples.hpp"

#include <nlohmann/json.hpp>

using namespace camnode;
using namespace camnode_test;
using nlohmann::json;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1'000 * ms;
constexpr int64_t start_ms = 1'800'000'000'000;
constexpr int64_t anchor_ns = 500 * s;

/// Text that must not get out of its quotes.
const std::string hostile = "\"},{\"\\\n\r\t\x01</script>\xff\xc3";

struct fixture {
  fixture() {
    view.client = "desk";
    view.version = "0.1";
    view.state = "recording";
    view.session.start_ms = start_ms;
    view.session.anchor_mono_ns = anchor_ns;
    view.session.segment_ms = 60'000;
    view.session.label = "trial-07";
    view.now_ns = anchor_ns + 10 * s;
  }

  fleet_member& add_camera(const std::string& id) {
    fleet_member x;
    x.server.id = id;
    x.server.ip = "10.0.0.7";
    x.server.port = 8000;
    x.server.epoch = 9;
    x.ledger = std::make_shared<recording_ledger>();
    x.board = std::make_shared<viewer_board>();
    view.cameras.push_back(x);
    return view.cameras.back();
  }

  /// A camera with 3 frames on disk, one written, and losses in two places.
  fleet_member& add_busy_camera(const std::string& id) {
    auto& result = add_camera(id);
    auto& ledger = *result.ledger;
    ledger.begin(view.session);
    ledger.piece_opened(0, start_ms, std::to_string(start_ms));
    for (uint64_t i = 1; i <= 3; ++i)
      ledger.written(*new_frame(i, 9, 10));
    ledger.durable(view.now_ns - 200 * ms);
    ledger.lost({9, 4, 8, loss_place::network, 77});
    ledger.lost({9, 9, 9, loss_place::encoder, 88});
    ledger.written(*new_frame(10, 9, 10));
    return result;
  }

  /// What stands at `pointer` in the truth light.
  json truth(const std::string& pointer = "") const {
    return parse_json(render_truth(view)).at(json::json_pointer{pointer});
  }

  json manifest(const std::string& pointer = "") const {
    return parse_json(render_manifest(manifest_of(view)))
      .at(json::json_pointer{pointer});
  }

  session_view view;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_report_tests, fixture)

CAF_TEST(the truth light says who and what and for how long) {
  auto x = truth();
  CAF_CHECK_EQUAL(x["client"], "desk");
  CAF_CHECK_EQUAL(x["state"], "recording");
  CAF_CHECK_EQUAL(x["session"], start_ms);
  CAF_CHECK_EQUAL(x["label"], "trial-07");
  CAF_CHECK_EQUAL(x["seconds"], 10);
  CAF_CHECK(x["cameras"].is_object());
  CAF_CHECK(x["cameras"].empty());
  view.session = {};
  view.state = "idle";
  CAF_CHECK(truth("/session").is_null());
}

CAF_TEST(the truth light counts durable frames alone) {
  add_busy_camera("left");
  auto x = truth("/cameras/left");
  CAF_CHECK_EQUAL(x["state"], "recording");
  CAF_CHECK_EQUAL(x["frames_durable"], 3);
  CAF_CHECK_EQUAL(x["durable_age_ms"], 200);
  CAF_CHECK_EQUAL(x["lost"], 6);
  CAF_CHECK_EQUAL(x["connected"], false);
}

CAF_TEST(the error of the disk comes before that of the connection) {
  auto& camera = add_busy_camera("left");
  camera.board->update([](auto& f) { f.last_error = "no route"; });
  CAF_CHECK_EQUAL(truth("/cameras/left/last_error"), "no route");
  camera.ledger->failed("disk full");
  CAF_CHECK_EQUAL(truth("/cameras/left/last_error"), "disk full");
}

CAF_TEST(what a server says of its camera is told) {
  auto& camera = add_busy_camera("left");
  CAF_CHECK(!truth("/cameras/left").contains("camera"));
  camera.server.camera_trouble = "unplugged";
  CAF_CHECK_EQUAL(truth("/cameras/left/camera"), "unplugged");
}

CAF_TEST(an old error of a connection that is well is not told) {
  auto& camera = add_busy_camera("left");
  camera.board->update([](auto& f) {
    f.last_error = "no route";
    f.connected = true;
  });
  CAF_CHECK_EQUAL(truth("/cameras/left/last_error"), "");
}

CAF_TEST(books of an earlier session are in no report of this one) {
  add_busy_camera("left").ledger->failed("disk full");
  view.session.start_ms += 99'000;
  auto light = truth("/cameras/left");
  CAF_CHECK_EQUAL(light["frames_durable"], 0);
  CAF_CHECK_EQUAL(light["lost"], 0);
  CAF_CHECK_EQUAL(light["last_error"], "");
  CAF_CHECK(!light.contains("durable_age_ms"));
  auto entry = manifest("/cameras/left");
  CAF_CHECK_EQUAL(entry["captured"], 0);
  CAF_CHECK(entry["segments"].empty());
  CAF_CHECK(entry["losses"].empty());
  view.session = {};
  CAF_CHECK_EQUAL(truth("/cameras/left/frames_durable"), 3);
}

CAF_TEST(an end that nobody saw is told) {
  auto& camera = add_busy_camera("left");
  CAF_CHECK(!truth("/cameras/left").contains("end_unknown"));
  CAF_CHECK(!manifest("/cameras/left").contains("unknown_behind_sequence"));
  camera.ledger->end_unknown();
  CAF_CHECK_EQUAL(truth("/cameras/left/end_unknown"), true);
  CAF_CHECK_EQUAL(manifest("/cameras/left/unknown_behind_sequence"), 10);
}

CAF_TEST(the books of a manifest add up) {
  add_busy_camera("left");
  auto x = manifest("/cameras/left");
  CAF_CHECK_EQUAL(x["captured"], 10);
  CAF_CHECK_EQUAL(x["recorded"], 4);
  CAF_CHECK_EQUAL(x["durable"], 3);
  CAF_CHECK_EQUAL(x["lost"], 6);
  CAF_CHECK_EQUAL(x["lost_by_place"], (json{{"network", 5}, {"encoder", 1}}));
  uint64_t in_losses = 0;
  for (auto& loss : x["losses"])
    in_losses += loss["frames"].get<uint64_t>();
  CAF_CHECK_EQUAL(in_losses, 6u);
  uint64_t in_pieces = 0;
  for (auto& piece : x["segments"])
    in_pieces += piece["frames"].get<uint64_t>();
  CAF_CHECK_EQUAL(in_pieces, 4u);
}

CAF_TEST(a loss is named with place and range and run) {
  add_busy_camera("left");
  auto entry = manifest("/cameras/left");
  auto& loss = entry["losses"][0];
  CAF_CHECK_EQUAL(loss["epoch"], 9);
  CAF_CHECK_EQUAL(loss["first_sequence"], 4);
  CAF_CHECK_EQUAL(loss["last_sequence"], 8);
  CAF_CHECK_EQUAL(loss["place"], "network");
  CAF_CHECK_EQUAL(loss["before_ns"], 77);
}

CAF_TEST(a piece is closed once it has its end) {
  auto& camera = add_busy_camera("left");
  auto before = manifest("/cameras/left/segments/0");
  CAF_CHECK_EQUAL(before["closed"], false);
  CAF_CHECK_EQUAL(before["end_ms"], 0);
  camera.ledger->piece_closed(start_ms + 60'000, "named");
  auto after = manifest("/cameras/left/segments/0");
  CAF_CHECK_EQUAL(after["closed"], true);
  CAF_CHECK_EQUAL(after["file"], "named");
  CAF_CHECK_EQUAL(after["first_sequence"], 1);
  CAF_CHECK_EQUAL(after["last_sequence"], 10);
}

CAF_TEST(a manifest ties its clock to the calendar) {
  auto x = manifest();
  CAF_CHECK_EQUAL(x["format"], "camnode session 1");
  CAF_CHECK_EQUAL(x["start_ms"], start_ms);
  CAF_CHECK_EQUAL(x["stop_ms"], 0);
  CAF_CHECK_EQUAL(x["segment_ms"], 60'000);
  CAF_CHECK_EQUAL(x["session_clock"]["anchor_utc_ms"], start_ms);
  CAF_CHECK_EQUAL(x["session_clock"]["anchor_monotonic_ns"], anchor_ns);
}

CAF_TEST(a clock that is not known is null) {
  auto& camera = add_camera("left");
  CAF_CHECK(manifest("/cameras/left/clock").is_null());
  camera.board->update([](auto& f) {
    f.clocked = true;
    f.clock = {-5, 7};
    f.drift_ppb = 30'000;
    f.drift_error_ppb = 900;
    f.probes = 12;
    f.probes_refused = 2;
    f.clock_restarts = 1;
  });
  CAF_CHECK_EQUAL(manifest("/cameras/left/clock"),
                  (json{{"offset_ns", -5},
                        {"error_ns", 7},
                        {"drift_ppb", 30'000},
                        {"drift_error_ppb", 900},
                        {"probes", 12},
                        {"probes_refused", 2},
                        {"restarts", 1}}));
}

CAF_TEST(a clock that was looked at long ago is shown as it is now) {
  auto& camera = add_camera("left");
  camera.board->update([&](auto& f) {
    f.clocked = true;
    f.clock = {-5, 7};
    f.drift_ppb = 30'000;
    f.drift_error_ppb = 900;
    f.probed_ns = view.now_ns - 10 * s;
  });
  CAF_CHECK_EQUAL(manifest("/cameras/left/clock/offset_ns"), 299'995);
  CAF_CHECK_EQUAL(manifest("/cameras/left/clock/error_ns"), 10'007);
}

CAF_TEST(the history of a clock is on the session clock) {
  auto& camera = add_camera("left");
  CAF_CHECK_EQUAL(manifest("/cameras/left/clock_history"), json::array());
  auto& session = view.session;
  camera.board->clocks().add({session.anchor_mono_ns + 7 * s, 9, -5, 6, 40},
                             false);
  CAF_CHECK_EQUAL(manifest("/cameras/left/clock_history/0"),
                  (json{{"at_ns", session.start_ms * 1'000'000 + 7 * s},
                        {"at_ns_text", "1800000007000000000"},
                        {"epoch", 9},
                        {"offset_ns", -5},
                        {"error_ns", 6},
                        {"drift_ppb", 40}}));
}

CAF_TEST(restarts are counted by actor) {
  add_camera("left");
  view.restarts["recorder/left"] = 2;
  view.restarts["viewer/right"] = 5;
  CAF_CHECK_EQUAL(manifest("/cameras/left/restarts"),
                  (json{{"viewer", 0}, {"recorder", 2}}));
}

CAF_TEST(the readings of all topics add up) {
  view.sensors["a/b"] = {5, 3, 2, {{"disk", 1}, {"too deep", 1}}, {"f"}};
  view.sensors["c"] = {4, 4, 4, {}, {}};
  view.readings_outside = 7;
  view.late = {{5, {"left", "sensors"}}, {6, {}}};
  auto totals = truth("/sensors");
  CAF_CHECK_EQUAL(totals["written"], 7);
  CAF_CHECK_EQUAL(totals["outside_sessions"], 7);
  CAF_CHECK(totals["last_trouble"].is_null());
  view.sensor_trouble = {"disk full", view.now_ns - 5'000'000};
  CAF_CHECK_EQUAL(truth("/sensors/last_trouble/text"), "disk full");
  CAF_CHECK_EQUAL(truth("/sensors/last_trouble/time_ms"), view.utc_ms - 5);
  CAF_CHECK_EQUAL(truth("/late_sessions").dump(),
                  R"({"5":["left","sensors"],"6":[]})");
  CAF_CHECK_EQUAL(totals["topics"], 2);
  CAF_CHECK_EQUAL(totals["received"], 9);
  CAF_CHECK_EQUAL(totals["durable"], 6);
  CAF_CHECK_EQUAL(totals["rejected"], 2);
  auto entry = manifest("/sensors/a~1b");
  CAF_CHECK_EQUAL(entry["received"], 5);
  CAF_CHECK_EQUAL(entry["written"], 3);
  CAF_CHECK_EQUAL(entry["rejected"], (json{{"disk", 1}, {"too deep", 1}}));
  CAF_CHECK_EQUAL(entry["files"], json{"f"});
}

CAF_TEST(markers are told beside the sensors) {
  view.sensors["c"] = {4, 4, 4, {}, {}};
  view.sensors[marker_topic] = {5, 4, 3, {{"disk", 1}}, {"f"}};
  view.markers = {2, "nothing is being recorded"};
  CAF_CHECK_EQUAL(truth("/sensors/received"), 4);
  CAF_CHECK_EQUAL(truth("/sensors/topics"), 1);
  CAF_CHECK_EQUAL(truth("/markers"),
                  (json{{"received", 5},
                        {"written", 4},
                        {"durable", 3},
                        {"rejected", 1},
                        {"outside_sessions", 2},
                        {"last_error", "nothing is being recorded"}}));
  CAF_CHECK_EQUAL(manifest("/markers/written"), 4);
  auto before = truth_digest(view);
  view.markers.last_error.clear();
  CAF_CHECK_NOT_EQUAL(truth_digest(view), before);
}

CAF_TEST(hostile texts stay inside of their quotes) {
  auto& camera = add_busy_camera(hostile);
  camera.server.version = hostile;
  camera.board->update([](auto& f) { f.last_error = hostile; });
  camera.ledger->failed(hostile);
  view.last_error = view.sensor_error = view.session.label = hostile;
  view.sensors[hostile] = {1, 0, 0, {{hostile, 1}}, {hostile}};
  auto light = truth();
  CAF_CHECK_EQUAL(light["cameras"].size(), 1u);
  auto seen = light["last_error"].get<std::string>();
  CAF_CHECK_EQUAL(seen.substr(0, 8), hostile.substr(0, 8));
  auto entries = manifest();
  CAF_CHECK_EQUAL(entries["cameras"].size(), 1u);
  CAF_CHECK_EQUAL(entries["sensors"].size(), 1u);
  auto text = render_truth(view);
  CAF_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 0);
}

CAF_TEST(the digest changes with states and losses and errors alone) {
  auto& camera = add_busy_camera("left");
  auto before = truth_digest(view);
  camera.ledger->durable(view.now_ns);
  view.now_ns += 100 * ms;
  CAF_CHECK_EQUAL(truth_digest(view), before);
  std::vector<std::string> seen{before};
  auto check_changed = [&] {
    auto x = truth_digest(view);
    CAF_CHECK(x != seen.back());
    seen.push_back(x);
  };
  camera.ledger->lost({9, 11, 11, loss_place::network, 0});
  check_changed();
  camera.ledger->failed("disk full");
  check_changed();
  view.now_ns += 2 * s;
  check_changed();
  view.last_error = "bad command";
  check_changed();
  ++view.commands_refused;
  check_changed();
  view.sensor_error = "no broker";
  check_changed();
  view.state = "stopping";
  check_changed();
}

CAF_TEST_FIXTURE_SCOPE_END()
