#define CAF_SUITE verify

#include "tests/camnode_test.hpp"

#include "actors/base/data_lock.hpp"
#include "actors/session/manifest_of.hpp"
#include "messages/disk/file_names.hpp"
#include "tests/actors/recorder/segment_fixture.hpp"
#include "tools/camctl/verify/verify.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::segments;
namespace fs = std::filesystem;

namespace {

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
    camera.viewer = std::make_shared<viewer_board>();
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
    auto opened = open_mp4_segment(dir.path() / "cam/cam-a", begin_ms, width,
                                   height, frame_period);
    CAF_REQUIRE(opened);
    ledger.segment_opened(static_cast<uint64_t>(cut), begin_ms, "");
    for (auto i = first; i <= last; ++i) {
      auto x = make_frame(i);
      x.epoch = 7;
      auto capture_ns = begin_ms * 1'000'000
                        + static_cast<int64_t>(i) * 40'000'000;
      CAF_REQUIRE(!(*opened)->append(x, capture_ns, 0, 0));
      ledger.written(x, capture_ns);
    }
    CAF_REQUIRE(!(*opened)->close(begin_ms + cut_ms));
    ledger.segment_closed(begin_ms + cut_ms, stem(cut));
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
    auto text = nlohmann::json::parse(content(manifest()));
    auto& last = text["cameras"]["cam-a"]["segments"][1];
    last["file"] = std::to_string(start_ms + cut_ms);
    last["closed"] = false;
    last["end_ms"] = 0;
    put(manifest(), text.dump(2));
    for (auto extension : {"csv", "mp4"})
      fs::rename(dir.path() / ("cam/cam-a/" + stem(1) + "." + extension),
                 dir.path() / open_film(extension));
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
    auto json = nlohmann::json::parse(render_json(x));
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

} // namespace

CAF_TEST_FIXTURE_SCOPE(verify_tests, fixture)

CAF_TEST(a folder without any recording is no success) {
  scratch_directory other;
  other.put("notes.txt", "x");
  verify_options options;
  options.dir = other.path();
  auto result = verify_data(options);
  CAF_REQUIRE(!result);
  CAF_CHECK(describe(result.error()).find("no recording in it")
            != std::string::npos);
}

CAF_TEST(a folder as it was recorded is all there) {
  auto x = check();
  CAF_CHECK_EQUAL(render_text(x).find("damage"), std::string::npos);
  CAF_CHECK(!x.damaged());
  CAF_CHECK(!x.lossy());
  CAF_REQUIRE_EQUAL(x.sessions.size(), 1u);
  auto& camera = x.sessions[0].cameras.at("cam-a");
  CAF_CHECK_EQUAL(camera.frames, 9u);
  CAF_CHECK_EQUAL(camera.films, 2u);
  CAF_CHECK_EQUAL(x.sessions[0].sensors.at("sensor/door").rows, 2u);
  auto json = nlohmann::json::parse(render_json(x));
  CAF_CHECK_EQUAL(json["verdict"], "all there");
  CAF_CHECK_EQUAL(json["sessions"][0]["cameras"]["cam-a"]["frames"], 9);
}

CAF_TEST(a session is found by its start and label and manifest) {
  for (auto name : {std::to_string(start_ms), std::string{"t7"},
                    std::to_string(start_ms) + "-t7"})
    CAF_CHECK_EQUAL(check(name).sessions.size(), 1u);
  verify_options options;
  options.dir = dir.path();
  options.session = "t8";
  CAF_CHECK(!verify_data(options));
  options.dir = dir.path() / "none";
  CAF_CHECK(!verify_data(options));
}

CAF_TEST(a flipped bit is told with its film and frame) {
  auto bytes = content(film(1));
  bytes[bytes.size() - 100] = static_cast<char>(bytes[bytes.size() - 100] ^ 4);
  put(film(1), bytes);
  check_damage(film(1) + ": frame 4: the picture is not what was recorded");
}

CAF_TEST(a film that is cut is told) {
  auto bytes = content(film(1));
  put(film(1), bytes.substr(0, bytes.size() - 7));
  check_damage(film(1) + ": the film is cut or damaged behind frame 4");
}

CAF_TEST(a film that is missing is told) {
  fs::remove(dir.path() / film(0));
  check_damage("an index without its film");
  fs::remove(dir.path() / ("cam/cam-a/" + stem(0) + ".csv"));
  check_damage(stem(0) + ".mp4: is missing, with frames 1 to 4");
}

CAF_TEST(a film that is no sessions or unknown to its own is told) {
  put("cam/cam-a/1-2.mp4", content(film(0)));
  check_damage("cam/cam-a/1-2.mp4: belongs to no session");
  auto extra = "cam/cam-b/" + stem(0) + ".mp4";
  put(extra, content(film(0)));
  check_damage(extra + ": the manifest knows no such file");
}

CAF_TEST(an open file is told) {
  auto open = "cam/cam-a/" + std::to_string(start_ms + 500) + ".mp4.part";
  put(open, content(film(0)));
  check_damage(open);
}

CAF_TEST(a session that began when UTC was set back has its own files) {
  // Another one in the middle of ours, though after it.
  auto other = view;
  other.session.start_ms += cut_ms + 2'000;
  other.session.stop_ms = start_ms + 4 * cut_ms;
  other.session.label = "t8";
  other.cameras.clear();
  auto& sensor = other.sensors["sensor/door"];
  auto begin = other.session.start_ms;
  auto name = std::to_string(begin) + "-" + std::to_string(begin + cut_ms);
  sensor.files = {name};
  put("sensors/sensor/door/" + name + ".csv",
      "timestamp,value\n" + std::to_string(begin) + ",open\n"
        + std::to_string(begin + 5) + ",shut\n");
  put("sessions/" + std::to_string(begin) + "-t8.json",
      render_manifest(manifest_of(other)));
  // What ours has in the time of that one.
  auto late = std::to_string(begin + 1'000) + "-" + std::to_string(stop_ms);
  auto& ours = view.sensors["sensor/door"];
  ours.files.push_back(late);
  ours.received = ours.written = ours.durable = 3;
  put("sensors/sensor/door/" + late + ".csv",
      "timestamp,value\n" + std::to_string(begin + 1'000) + ",open\n");
  put_manifest();
  auto x = check();
  CAF_CHECK(!x.damaged());
  CAF_CHECK_EQUAL(render_text(x).find("damage"), std::string::npos);
}

CAF_TEST(a time without a broker is a loss and no damage) {
  auto& s = view.session;
  view.outages = {{s.client_ns(start_ms + 1'000),
                   s.client_ns(start_ms + 2'000)},
                  {s.client_ns(start_ms + 5'000), 0}};
  put_manifest();
  auto x = check();
  CAF_CHECK(!x.damaged());
  CAF_CHECK(x.lossy());
  CAF_REQUIRE_EQUAL(x.sessions.at(0).losses.size(), 2u);
  CAF_CHECK_EQUAL(x.sessions[0].losses[1],
                  "readings from 08:00:05.123 to the end are unknown: "
                  "there was no connection to the broker");
}

CAF_TEST(files of others are told and no damage) {
  put("notes.txt", "x");
  put("cam/cam-a/readme", "x");
  put("sensors/sensor/door/x.csv", "x");
  auto x = check();
  CAF_CHECK(!x.damaged());
  CAF_CHECK_EQUAL(x.strangers.size(), 3u);
}

CAF_TEST(films of others with names of ours are counted and no damage) {
  put("cam/10.0.0.5/1-2.mp4", "a film of the legacy system");
  put("cam/cam-a/" + std::to_string(start_ms + 700) + "-"
        + std::to_string(start_ms + 900) + ".mp4",
      "likewise, in the time of the session");
  put("cam/cam-a/3.mp4.part", "somebody's");
  put("sensors/room/5-9.csv", "timestamp,mp905\n5,1\n");
  put("sensors/sensor/door/7.csv.part", "timestamp,mp905\n7,1\n");
  put("sessions/notes.json", "{}");
  auto x = check();
  CAF_CHECK(!x.damaged());
  auto text = render_text(x);
  CAF_CHECK_NOT_EQUAL(text.find("\n6 files of others, left alone: "),
                      text.npos);
  CAF_CHECK_NOT_EQUAL(text.find("all there\n"), text.npos);
  auto json = nlohmann::json::parse(render_json(x));
  CAF_CHECK_EQUAL(json["verdict"], "all there");
  CAF_CHECK_EQUAL(json["foreign"]["cam/cam-a"], 2);
  CAF_CHECK_EQUAL(json["damage"].size(), 0u);
}

CAF_TEST(a folder with nothing but files of others is told as that) {
  scratch_directory other;
  for (auto folder : {"cam/10.0.0.5", "sensors/room"})
    fs::create_directories(other.path() / folder);
  other.put("cam/10.0.0.5/1-2.mp4", "a film of the legacy system");
  other.put("sensors/room/5-9.csv", "timestamp,mp905\n5,1\n");
  verify_options options;
  options.dir = other.path();
  auto result = verify_data(options);
  CAF_REQUIRE(!result);
  CAF_CHECK_NOT_EQUAL(describe(result.error())
                        .find("there is no recording in it, but 2 files of "
                              "others, left alone: cam/10.0.0.5 (1)"),
                      std::string::npos);
}

CAF_TEST(a manifest that is none is told and so is one with a hole) {
  auto text = content(manifest());
  put(manifest(), "no json");
  check_damage(manifest() + ": is no JSON");
  put(manifest(), "{}");
  check_damage(manifest() + ": is no manifest of camnode");
  auto holed = nlohmann::json::parse(text);
  holed["cameras"]["cam-a"].erase("segments");
  put(manifest(), holed.dump());
  check_damage("has no \"segments\"");
}

CAF_TEST(a manifest cut at any length is no crash) {
  auto text = content(manifest());
  for (size_t n = 0; n + 2 < text.size(); n += 13) {
    put(manifest(), text.substr(0, n));
    CAF_CHECK(check().damaged());
  }
}

CAF_TEST(a file cut at any length is told) {
  for (auto name : {film(0), "cam/cam-a/" + stem(0) + ".csv",
                    "sensors/sensor/door/" + stem(0) + ".csv"}) {
    auto bytes = content(name);
    for (size_t n = 0; n < bytes.size(); n += n % 17 + 1) {
      put(name, bytes.substr(0, n));
      if (!check().damaged())
        CAF_FAIL(name << " cut at " << n << " is taken for whole");
    }
    put(name, bytes);
  }
  CAF_CHECK(!check().damaged());
}

CAF_TEST(a session that was interrupted is a loss and no damage) {
  view.state = "interrupted";
  view.interrupted = "the machine was started anew";
  put_manifest();
  auto x = check();
  CAF_CHECK(!x.damaged());
  CAF_CHECK(x.lossy());
}

CAF_TEST(a state that no session has is told) {
  view.state = "resting";
  put_manifest();
  check_damage("state \"resting\"");
}

CAF_TEST(a session that was cut off is unfinished and not damaged) {
  cut_off();
  check_going_on("unfinished", "start the client again, which repairs it");
}

CAF_TEST(a session whose client is at it is being recorded) {
  cut_off();
  auto lock = lock_data(dir.path(), std::chrono::milliseconds{0});
  CAF_REQUIRE(lock);
  check_going_on("recording", "a running client is at it");
}

CAF_TEST(whether a client has the folder is told and changes nothing) {
  CAF_CHECK_EQUAL(is_data_locked(dir.path()), std::optional{false});
  CAF_CHECK(!fs::exists(dir.path() / data_lock_name));
  {
    auto lock = lock_data(dir.path(), std::chrono::milliseconds{0});
    CAF_CHECK_EQUAL(is_data_locked(dir.path()), std::optional{true});
  }
  CAF_CHECK_EQUAL(is_data_locked(dir.path()), std::optional{false});
}

CAF_TEST(damage in a complete film is told while its session goes on) {
  cut_off();
  auto bytes = content(film(0));
  bytes[bytes.size() - 100] = static_cast<char>(bytes[bytes.size() - 100] ^ 4);
  put(film(0), bytes);
  check_damage(film(0) + ": frame 3: the picture is not what was recorded");
}

CAF_TEST(a complete film that is missing is told while its session goes on) {
  cut_off();
  fs::remove(dir.path() / film(0));
  fs::remove(dir.path() / ("cam/cam-a/" + stem(0) + ".csv"));
  check_damage(stem(0) + ".mp4: is missing, with frames 1 to 4");
}

CAF_TEST(an open film that is gone is told by what was safe in it) {
  cut_off();
  fs::remove(dir.path() / open_film("mp4"));
  fs::remove(dir.path() / open_film("csv"));
  check_damage("cam-a: 9 frames were safe on disk, as the manifest says; the "
               "files have 4");
}

CAF_TEST(an open film that is gone is told though its index is there) {
  cut_off();
  fs::remove(dir.path() / open_film("mp4"));
  check_damage("cam-a: " + open_film("csv") + ": an index without its film");
  check_damage("cam-a: 9 frames were safe on disk, as the manifest says; the "
               "files have 4");
}

CAF_TEST(an open film that is cut is told by what was safe in it) {
  cut_off();
  auto bytes = content(open_film("mp4"));
  put(open_film("mp4"), bytes.substr(0, bytes.size() - 7));
  check_damage("9 frames were safe on disk, as the manifest says; the files "
               "have 8");
  put(open_film("mp4"), "");
  check_damage("9 frames were safe on disk, as the manifest says; the files "
               "have 4");
}

CAF_TEST(a row in front of its frame is no damage) {
  cut_off();
  auto row = content(open_film("csv"));
  row = row.substr(row.rfind("\n4,") + 1);
  put(open_film("csv"), content(open_film("csv")) + "5" + row.substr(1));
  check_going_on("unfinished", "start the client again, which repairs it");
}

CAF_TEST(an open index that cannot be read is told) {
  cut_off();
  fs::resize_file(dir.path() / open_film("csv"), uintmax_t{1} << 40);
  check_damage("its index is too large: 1099511627776 bytes");
}

CAF_TEST(a film with its last name and no index is told with its frames) {
  cut_off();
  fs::remove(dir.path() / ("cam/cam-a/" + stem(0) + ".csv"));
  check_damage(film(0) + ": a film without its index");
  auto text = render_text(check());
  CAF_CHECK_EQUAL(text.find("in the manifest"), text.npos);
}

CAF_TEST(a film that has its last name before its index is no damage) {
  cut_off();
  fs::rename(dir.path() / open_film("mp4"), dir.path() / film(1));
  auto x = check();
  CAF_CHECK(!x.damaged());
  CAF_CHECK_EQUAL(x.sessions.at(0).cameras.at("cam-a").open_frames, 5u);
}

CAF_TEST(a film that is completed while it is looked at is no damage) {
  auto finished = content(manifest());
  cut_off();
  // As soon as a film is read, its folder has been listed.
  std::once_flag once;
  auto x = check({}, [&](uint64_t, uint64_t) {
    std::call_once(once, [&] {
      for (auto extension : {"csv", "mp4"})
        fs::rename(dir.path() / open_film(extension),
                   dir.path() / ("cam/cam-a/" + stem(1) + "." + extension));
      put(manifest(), finished);
    });
  });
  CAF_CHECK_EQUAL(render_text(x).find("damage"), std::string::npos);
  CAF_REQUIRE_EQUAL(x.sessions.size(), 1u);
  CAF_CHECK(x.over());
  CAF_CHECK_EQUAL(x.sessions[0].cameras.at("cam-a").frames, 9u);
}

CAF_TEST(a session that begins while it is looked at is no damage) {
  auto lock = lock_data(dir.path(), std::chrono::milliseconds{0});
  auto text = content(manifest());
  std::once_flag once;
  fs::remove(dir.path() / manifest());
  auto begin = [&](uint64_t, uint64_t) {
    std::call_once(once, [&] { put(manifest(), text); });
  };
  put("sessions/1-other.json", other_session());
  put("sensors/other/1-2.csv", "timestamp,value\n1,5\n");
  auto x = check({}, begin);
  CAF_CHECK_EQUAL(render_text(x).find("damage"), std::string::npos);
  CAF_CHECK_EQUAL(x.sessions.size(), 2u);
}

CAF_TEST(a new version of a file that is not in its place is none of others) {
  put(manifest() + ".new", "{");
  put("cam/cam-a/" + std::to_string(start_ms) + ".csv.part.new", "frame,");
  put("sensors/sensor/door/" + std::to_string(start_ms) + ".csv.part.wider",
      "timestamp,");
  auto x = check();
  CAF_CHECK(!x.damaged());
  CAF_CHECK(x.strangers.empty());
}

CAF_TEST(losses that are named are no damage) {
  view.cameras[0].ledger->lost({7, 10, 12, loss_place::network, 5});
  put_manifest();
  auto x = check();
  CAF_CHECK(!x.damaged());
  CAF_CHECK(x.lossy());
  CAF_CHECK_NOT_EQUAL(render_text(x).find("lost: cam-a: frames 10 to 12: "
                                          "network, before 1970-01-01 "),
                      std::string::npos);
}

CAF_TEST(of two sessions with one label the latest is checked) {
  auto other = nlohmann::json::parse(other_session());
  other["label"] = "t7";
  put("sessions/1-t7.json", other.dump());
  auto x = check("t7");
  CAF_REQUIRE_EQUAL(x.sessions.size(), 1u);
  CAF_CHECK_EQUAL(x.sessions[0].session.start_ms, start_ms);
  CAF_CHECK_NOT_EQUAL(x.note.find("1 ("), std::string::npos);
  CAF_CHECK_EQUAL(std::string{check("1").note}, "");
}

CAF_TEST_FIXTURE_SCOPE_END()
