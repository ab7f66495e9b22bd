#define CAF_SUITE verify_open
#include "tests/camnode_test.hpp"

#include "actors/base/data_lock.hpp"
#include "tests/tools/camctl/verify/verify_fixture.hpp"

#include <chrono>
#include <mutex>
#include <optional>

using namespace camnode_test;
using namespace camnode_test::verifying;

CAF_TEST_FIXTURE_SCOPE(verify_open_tests, fixture)

CAF_TEST(an open file is told) {
  auto open = "cam/cam-a/" + std::to_string(start_ms + 500) + ".mp4.part";
  put(open, content(film(0)));
  check_damage(open);
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
  auto at = layout_of(bytes).end - 100;
  bytes[at] = static_cast<char>(bytes[at] ^ 4);
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
  fs::remove(dir.path() / open_file("mp4"));
  fs::remove(dir.path() / open_file("csv"));
  check_damage("cam-a: 9 frames were safe on disk, as the manifest says; the "
               "files have 4");
}

CAF_TEST(an open film that is gone is told though its index is there) {
  cut_off();
  fs::remove(dir.path() / open_file("mp4"));
  check_damage("cam-a: " + open_file("csv") + ": an index without its film");
  check_damage("cam-a: 9 frames were safe on disk, as the manifest says; the "
               "files have 4");
}

CAF_TEST(an open film that is cut is told by what was safe in it) {
  cut_off();
  auto bytes = content(open_file("mp4"));
  put(open_file("mp4"), bytes.substr(0, bytes.size() - 7));
  check_damage("9 frames were safe on disk, as the manifest says; the files "
               "have 8");
  put(open_file("mp4"), "");
  check_damage("9 frames were safe on disk, as the manifest says; the files "
               "have 4");
}

CAF_TEST(a row in front of its frame is no damage) {
  cut_off();
  auto row = content(open_file("csv"));
  row = row.substr(row.rfind("\n4,") + 1);
  put(open_file("csv"), content(open_file("csv")) + "5" + row.substr(1));
  check_going_on("unfinished", "start the client again, which repairs it");
}

CAF_TEST(an open index that cannot be read is told) {
  cut_off();
  fs::resize_file(dir.path() / open_file("csv"), uintmax_t{1} << 40);
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
  fs::rename(dir.path() / open_file("mp4"), dir.path() / film(1));
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
        fs::rename(dir.path() / open_file(extension),
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

CAF_TEST_FIXTURE_SCOPE_END()
