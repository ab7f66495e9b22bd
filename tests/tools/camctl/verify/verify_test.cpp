#define CAF_SUITE verify
#include "tests/camnode_test.hpp"

#include "messages/wire/json_text.hpp"
#include "tests/tools/camctl/verify/verify_fixture.hpp"

using namespace camnode_test;
using namespace camnode_test::verifying;

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
  auto json = parse_json(render_json(x));
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
  auto at = layout_of(bytes).end - 100;
  bytes[at] = static_cast<char>(bytes[at] ^ 4);
  put(film(1), bytes);
  check_damage(film(1) + ": frame 4: the picture is not what was recorded");
}

CAF_TEST(a film that is cut is told) {
  auto bytes = content(film(1));
  put(film(1), bytes.substr(0, layout_of(bytes).end - 7));
  check_damage(film(1) + ": the film is cut or damaged after frame 4");
  put(film(1), bytes.substr(0, bytes.size() - 7));
  check_damage(film(1)
               + ": the tables at the film's end are not those of its frames");
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
  auto json = parse_json(render_json(x));
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
  auto holed = parse_json(text);
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
  auto other = parse_json(other_session());
  other["label"] = "t7";
  put("sessions/1-t7.json", other.dump());
  auto x = check("t7");
  CAF_REQUIRE_EQUAL(x.sessions.size(), 1u);
  CAF_CHECK_EQUAL(x.sessions[0].session.start_ms, start_ms);
  CAF_CHECK_NOT_EQUAL(x.note.find("1 ("), std::string::npos);
  CAF_CHECK_EQUAL(std::string{check("1").note}, "");
}

CAF_TEST_FIXTURE_SCOPE_END()
