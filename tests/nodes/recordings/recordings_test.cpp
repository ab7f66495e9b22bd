#define CAF_SUITE recordings
#include "tests/camnode_test.hpp"

#include "tests/nodes/recordings/recordings_fixture.hpp"

#include <future>
#include <map>

using namespace camnode;
using namespace camnode_test::recorded;

CAF_TEST_FIXTURE_SCOPE(recordings_tests, recordings_fixture)

CAF_TEST(the list has each session in short) {
  auto list = json::parse(disk()->list().body);
  CAF_CHECK(list.at("next_before").is_null());
  CAF_REQUIRE_EQUAL(list.at("sessions").size(), 1u);
  auto x = list["sessions"][0];
  CAF_CHECK_EQUAL(x.at("session"), start_ms);
  CAF_CHECK_EQUAL(x.at("label"), "t7");
  CAF_CHECK_EQUAL(x.at("start_ns"), start_ns);
  CAF_CHECK_EQUAL(x.at("start"), "2027-01-17T08:00:00.123Z");
  CAF_CHECK_EQUAL(x.at("stop_ns"), stop_ms * 1'000'000);
  CAF_CHECK_EQUAL(x.at("stop"), "2027-01-17T08:00:20.123Z");
  CAF_CHECK_EQUAL(x.at("verdict"), "all there");
  CAF_CHECK_EQUAL(x.at("manifest"), manifest());
  CAF_CHECK_EQUAL(x.at("cameras").at("cam-a").at("recorded"), 9);
}

CAF_TEST(the list comes in pages with the newest first) {
  auto text = json::parse(content(manifest()));
  for (int64_t i = 1; i <= 4; ++i) {
    text["start_ms"] = start_ms + i;
    put("sessions/" + std::to_string(start_ms + i) + ".json", text.dump());
  }
  std::vector<int64_t> found;
  auto before = start_ms + 100;
  for (size_t pages = 1;; ++pages) {
    auto page = json::parse(disk()->list(before, 2).body);
    for (auto& x : page.at("sessions"))
      found.push_back(x.at("session"));
    if (page.at("next_before").is_null()) {
      CAF_CHECK_EQUAL(pages, 3u);
      break;
    }
    before = page["next_before"];
  }
  CAF_CHECK_EQUAL(found,
                  (std::vector<int64_t>{start_ms + 4, start_ms + 3,
                                        start_ms + 2, start_ms + 1, start_ms}));
}

CAF_TEST(a session whose files are missing or too small is damaged) {
  CAF_CHECK(listed().at("faults").empty());
  const auto readings = "sensors/sensor/door/" + stem(0) + ".csv";
  fs::remove(dir.path() / film(0));
  fs::remove(dir.path() / index(0));
  put(film(1), content(film(1)).substr(0, 100));
  put(index(1), "frame\n");
  fs::remove(dir.path() / readings);
  auto x = listed();
  CAF_CHECK_EQUAL(x.at("verdict"), "damage");
  auto faults = x.at("faults").get<std::vector<std::string>>();
  CAF_REQUIRE_EQUAL(faults.size(), 5u);
  CAF_CHECK_EQUAL(faults[0], film(0) + ": is missing, with 4 frames");
  CAF_CHECK_EQUAL(faults[1], index(0) + ": is missing");
  auto too_small = film(1) + ": has 100 bytes; by the manifest, at least ";
  CAF_CHECK_EQUAL(faults[2].substr(0, too_small.size()), too_small);
  CAF_CHECK_EQUAL(faults[3].find(index(1) + ": has 6 bytes; by"), 0u);
  CAF_CHECK_EQUAL(faults[4], readings + ": is missing");
  auto alone = json::parse(disk()->session(start_ms).body);
  CAF_CHECK_EQUAL(alone.at("listed"), x);
}

CAF_TEST(of a session that is not over complete files are looked for) {
  cut_off();
  CAF_CHECK_EQUAL(value(listed(), "verdict"), "recording");
  CAF_CHECK(listed().at("faults").empty());
  fs::remove(dir.path() / open_file("mp4"));
  CAF_CHECK_EQUAL(value(listed(), "verdict"), "recording");
  fs::remove(dir.path() / film(0));
  CAF_CHECK_EQUAL(value(listed(), "verdict"), "damage");
}

CAF_TEST(a list looks for so many files and tells how many it did not) {
  auto& files = view.sensors["many"].files;
  for (int64_t cut = 0; cut < 20'010; ++cut)
    files.push_back(stem(cut));
  put_manifest();
  auto text = json::parse(content(manifest()));
  text["start_ms"] = start_ms - 1;
  put("sessions/" + std::to_string(start_ms - 1) + ".json", text.dump());
  auto page = json::parse(disk()->list().body);
  CAF_REQUIRE_EQUAL(page.at("sessions").size(), 1u);
  auto& x = page["sessions"][0];
  // Beside those of "many", there are those of a camera and a sensor.
  CAF_CHECK_EQUAL(x.at("files_not_looked_for"), 15);
  CAF_CHECK_EQUAL(x.at("faults").size(), 9u);
  CAF_CHECK_EQUAL(page.at("next_before"), start_ms);
}

CAF_TEST(a manifest that cannot be read is a sentence in the list) {
  put("sessions/5.json", "{");
  put("sessions/6.json.new", "{}");
  put("sessions/.7.json", "{}");
  put("sessions/8-x", "{}");
  fs::create_directories(dir.path() / "sessions/9.json");
  fs::create_symlink("/etc/passwd", dir.path() / "sessions/10.json");
  auto list = json::parse(disk()->list().body).at("sessions");
  CAF_REQUIRE_EQUAL(list.size(), 4u);
  for (size_t i = 1; i < list.size(); ++i) {
    CAF_CHECK(!list[i].at("error").get<std::string>().empty());
    CAF_CHECK_EQUAL(list[i].size(), 3u);
  }
  CAF_CHECK_EQUAL(disk()->session(5).status, 500u);
  CAF_CHECK_EQUAL(disk()->session(7).status, 404u);
}

CAF_TEST(an empty folder has no session) {
  fs::remove_all(dir.path() / "sessions");
  CAF_CHECK(json::parse(disk()->list().body).at("sessions").empty());
  CAF_CHECK_EQUAL(disk()->session(start_ms).status, 404u);
}

CAF_TEST(a session is its manifest and what the list says) {
  auto x = json::parse(disk()->session(start_ms).body);
  CAF_CHECK_EQUAL(x.at("manifest"), json::parse(content(manifest())));
  auto list = json::parse(disk()->list().body);
  CAF_CHECK_EQUAL(x.at("listed"), list["sessions"][0]);
  CAF_CHECK_EQUAL(disk()->session(start_ms + 1).status, 404u);
}

CAF_TEST(the examples in the document have all that answers have) {
  auto told = example("### The list");
  auto list = json::parse(disk()->list().body);
  CAF_CHECK_EQUAL(keys_of(told), keys_of(list));
  auto& mine = list["sessions"][0];
  auto& session = told["sessions"][0];
  CAF_CHECK_EQUAL(keys_of(session), keys_of(mine));
  CAF_CHECK_EQUAL(keys_of(session["cameras"]["pi-3"]),
                  keys_of(mine["cameras"]["cam-a"]));
  told = example("### An instant");
  auto answer = json::parse(disk()->at(start_ms, time_of(1)).body);
  CAF_CHECK_EQUAL(keys_of(told), keys_of(answer));
  CAF_CHECK_EQUAL(keys_of(told["cameras"]["pi-3"]),
                  keys_of(answer["cameras"]["cam-a"]));
  fs::remove_all(dir.path() / "cam");
  CAF_CHECK_EQUAL(keys_of(told["cameras"]["pi-4"]), keys_of(at(time_of(1))));
}

CAF_TEST(what a disk holds up is answered later and not by many at once) {
  std::promise<void> free;
  auto freed = free.get_future().share();
  auto stuck = disk();
  auto ask = [&] {
    auto answer = std::make_shared<std::promise<unsigned>>();
    auto page = stuck->answer([freed](auto&) {
      freed.wait();
      return http_page{200, "", "x"};
    });
    page.later([answer](http_page x) { answer->set_value(x.status); });
    return answer->get_future();
  };
  std::vector<std::future<unsigned>> answers;
  for (int i = 0; i < 40; ++i)
    answers.push_back(ask());
  free.set_value();
  std::map<unsigned, int> counts;
  for (auto& x : answers)
    ++counts[x.get()];
  CAF_CHECK(counts[200] >= 16 && counts[503] > 0);
  CAF_CHECK_EQUAL(counts[200] + counts[503], 40);
}

CAF_TEST_FIXTURE_SCOPE_END()
