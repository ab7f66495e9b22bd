#pragma once

// What the tests of verify share. Include it after `camnode_test.hpp`.

#include "actors/session/manifest_of.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/wire/json_text.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"
#include "tools/camctl/verify/verify.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

namespace camnode_test::verifying {

using namespace camnode;
using namespace camnode_test::pieces;
namespace fs = std::filesystem;

constexpr int64_t cut_ms = 10'000;
constexpr int64_t stop_ms = start_ms + 2 * cut_ms;

/// A data folder with one session: two films of a camera, one file of a sensor.
struct fixture {
  fixture() {
    view.client = "desk";
    view.state = "finished";
    view.session.start_ms = start_ms;
    view.session.stop_ms = stop_ms;
    view.session.segment_ms = cut_ms;
    view.session.label = "t7";
    fleet_member camera;
    camera.server.id = "cam-a";
    camera.ledger = std::make_shared<recording_ledger>();
    camera.board = std::make_shared<viewer_board>();
    camera.ledger->begin(view.session);
    record(*camera.ledger, 0, 1, 4);
    record(*camera.ledger, 1, 5, 9);
    view.cameras = {camera};
    auto& sensor = view.sensors["sensor/door"];
    sensor.received = sensor.written = sensor.durable = 2;
    sensor.files = {stem(0)};
    put("sensors/sensor/door/" + stem(0) + ".csv",
        "timestamp,value\n" + std::to_string(start_ms) + ",open\n"
          + std::to_string(start_ms + 5) + ",shut\n");
    put_manifest();
  }

  static std::string stem(int64_t cut) {
    auto begin = start_ms + cut * cut_ms;
    return std::to_string(begin) + "-" + std::to_string(begin + cut_ms);
  }

  void record(recording_ledger& ledger, int64_t cut, uint64_t first,
              uint64_t last) {
    auto begin_ms = start_ms + cut * cut_ms;
    auto opened = open_mp4_piece(dir.path() / "cam/cam-a", begin_ms, width,
                                 height, frame_period);
    CAF_REQUIRE(opened);
    ledger.piece_opened(static_cast<uint64_t>(cut), begin_ms, "");
    for (auto i = first; i <= last; ++i) {
      auto x = make_frame(i);
      x.epoch = 7;
      auto capture_ns = begin_ms * 1'000'000
                        + static_cast<int64_t>(i) * 40'000'000;
      CAF_REQUIRE(!(*opened)->append(x, capture_ns, 0, 0));
      ledger.written(x, capture_ns);
    }
    CAF_REQUIRE(!(*opened)->close(begin_ms + cut_ms));
    ledger.piece_closed(begin_ms + cut_ms, stem(cut));
    ledger.durable(1);
  }

  void put(const std::string& name, const std::string& content) const {
    fs::create_directories((dir.path() / name).parent_path());
    dir.put(name, content);
  }

  void put_manifest() const {
    put(manifest(), render_manifest(manifest_of(view)));
  }

  static std::string manifest() {
    return "sessions/" + std::to_string(start_ms) + "-t7.json";
  }

  static std::string film(int64_t cut) {
    return "cam/cam-a/" + stem(cut) + ".mp4";
  }

  std::string content(const std::string& name) const {
    return content_of(dir.path() / name);
  }

  static std::string open_film(const std::string& extension) {
    return "cam/cam-a/" + std::to_string(start_ms + cut_ms) + "." + extension
           + ".part";
  }

  /// As if the client were within the second film, or had been killed there.
  void cut_off() {
    view.state = "recording";
    view.session.stop_ms = 0;
    put_manifest();
    auto text = camnode::parse_json(content(manifest()));
    auto& last = text["cameras"]["cam-a"]["segments"][1];
    last["file"] = std::to_string(start_ms + cut_ms);
    last["closed"] = false;
    last["end_ms"] = 0;
    put(manifest(), text.dump(2));
    for (auto extension : {"csv", "mp4"})
      fs::rename(dir.path() / ("cam/cam-a/" + stem(1) + "." + extension),
                 dir.path() / open_film(extension));
    put(open_film("mp4"), as_open(content(open_film("mp4"))));
  }

  /// A session of one reading.
  static std::string other_session() {
    session_view x;
    x.state = "finished";
    x.session.start_ms = 1;
    x.session.stop_ms = 2;
    x.session.segment_ms = cut_ms;
    auto& sensor = x.sensors["other"];
    sensor.received = sensor.written = sensor.durable = 1;
    sensor.files = {"1-2"};
    return render_manifest(manifest_of(x));
  }

  /// The session that was cut off is told as `verdict`, with `why`.
  void check_going_on(const std::string& verdict,
                      const std::string& why) const {
    auto x = check();
    CAF_CHECK(!x.damaged());
    CAF_CHECK(!x.lossy());
    CAF_CHECK(!x.over());
    auto text = render_text(x);
    for (auto word : {"damage", "DAMAGED", "missing"})
      CAF_CHECK_EQUAL(text.find(word), std::string::npos);
    for (auto& line : {why, "open: cam-a: " + open_film("mp4"),
                       verdict + ": what is complete is all there\n"})
      if (text.find(line) == text.npos)
        CAF_FAIL("'" << line << "' is not told: " << text);
    auto json = camnode::parse_json(render_json(x));
    CAF_CHECK_EQUAL(json["verdict"], verdict);
    CAF_CHECK_EQUAL(json["in_use"], verdict == "recording");
    auto& session = json["sessions"][0];
    CAF_CHECK_EQUAL(session["verdict"], verdict);
    CAF_CHECK_EQUAL(session["over"], false);
    auto& camera = session["cameras"]["cam-a"];
    CAF_CHECK_EQUAL(camera["frames"], 4);
    CAF_CHECK_EQUAL(camera["open_frames"], 5);
  }

  data_audit
  check(const std::string& session = "",
        std::function<void(uint64_t, uint64_t)> on_progress = {}) const {
    verify_options options;
    options.dir = dir.path();
    options.session = session;
    options.on_progress = std::move(on_progress);
    auto result = verify_data(options);
    if (!result)
      CAF_FAIL(describe(result.error()));
    return std::move(*result);
  }

  /// Exactly one line must say `what`.
  void check_damage(const std::string& what) const {
    auto x = check();
    CAF_CHECK(x.damaged());
    auto text = render_text(x);
    if (text.find("damage: ") == text.npos || text.find(what) == text.npos)
      CAF_FAIL("'" << what << "' is not told: " << text);
    CAF_CHECK(nlohmann::json::accept(render_json(x)));
  }

  session_view view;
  scratch_directory dir;
};

} // namespace camnode_test::verifying
