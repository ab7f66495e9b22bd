#pragma once

// A data folder for the tests of those who read one. Include it after
// `camnode_test.hpp`.

#include "actors/session/manifest_of.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/wire/json_text.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace camnode_test::recorded {

using namespace camnode_test::pieces;
namespace fs = std::filesystem;

constexpr int64_t cut_ms = 10'000;
constexpr int64_t stop_ms = start_ms + 2 * cut_ms;

/// A data folder with one session: two films of a camera, one file of a sensor.
/// Frames 1 to 4 are captured at 1, 2, 3 and 4 s of it, 5 to 9 at 11 to 15 s.
struct recorded_session {
  recorded_session() {
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

  static int64_t time_of(uint64_t sequence) {
    auto second = static_cast<int64_t>(sequence) + (sequence > 4 ? 6 : 0);
    return start_ns + second * 1'000'000'000;
  }

  static std::string stem(int64_t cut) {
    auto begin = start_ms + cut * cut_ms;
    return piece_stem(begin, begin + cut_ms);
  }

  void record(recording_ledger& ledger, int64_t cut, uint64_t first,
              uint64_t last) {
    auto begin_ms = start_ms + cut * cut_ms;
    fs::create_directories(dir.path() / "cam/cam-a");
    auto opened = open_mp4_piece(dir.path() / "cam/cam-a", begin_ms, width,
                                 height, frame_period);
    CAF_REQUIRE(opened);
    ledger.piece_opened(static_cast<uint64_t>(cut), begin_ms, "");
    for (auto i = first; i <= last; ++i) {
      auto x = make_frame(i);
      x.epoch = 7;
      x.offset_error_ns = 5'000;
      CAF_REQUIRE(!(*opened)->append(x, time_of(i), 0, 0));
      ledger.written(x, time_of(i));
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

  static std::string index(int64_t cut) {
    return "cam/cam-a/" + stem(cut) + ".csv";
  }

  static std::string open_file(const std::string& extension) {
    return "cam/cam-a/" + open_piece_name(start_ms + cut_ms, extension);
  }

  std::string content(const std::string& name) const {
    return content_of(dir.path() / name);
  }

  /// As if the client were within the second film, or had been killed there.
  void cut_off() {
    view.state = "recording";
    view.session.stop_ms = 0;
    auto text = parse_json(render_manifest(manifest_of(view)));
    auto& last = text["cameras"]["cam-a"]["segments"][1];
    last["file"] = std::to_string(start_ms + cut_ms);
    last["closed"] = false;
    last["end_ms"] = 0;
    put(manifest(), text.dump(2));
    fs::rename(dir.path() / index(1), dir.path() / open_file("csv"));
    fs::rename(dir.path() / film(1), dir.path() / open_file("mp4"));
    put(open_file("mp4"), as_open(content(open_file("mp4"))));
  }

  session_view view;
  scratch_directory dir;
};

} // namespace camnode_test::recorded
