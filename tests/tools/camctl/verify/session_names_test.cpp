#define CAF_SUITE session_names

#include "tests/camnode_test.hpp"

#include "tests/scratch_directory.hpp"
#include "tools/camctl/verify/session_names.hpp"

#include <filesystem>

using namespace camnode;
using namespace camnode_test;

CAF_TEST(a session has four names) {
  session_info x;
  x.start_ms = 1'800;
  x.label = "t7";
  for (auto name : {"1800", "t7", "1800-t7", "1800-t7.json"})
    CAF_CHECK(is_named(name, x, "sessions/1800-t7.json"));
  for (auto name : {"", "t", "1800-t", "180", "sessions/1800-t7.json"})
    CAF_CHECK(!is_named(name, x, "sessions/1800-t7.json"));
}

CAF_TEST(a session without a label is not found by an empty name) {
  session_info x;
  x.start_ms = 1'800;
  CAF_CHECK(!is_named("", x, "sessions/1800.json"));
}

CAF_TEST(of several sessions with one label the latest is meant) {
  std::vector<session_candidate> all;
  for (int64_t start_ms : {1'800, 1'900, 1'700}) {
    session_info x;
    x.start_ms = start_ms;
    x.label = "t7";
    all.push_back({x, std::to_string(start_ms) + "-t7.json"});
  }
  auto x = choose_session("t7", all);
  CAF_REQUIRE(x.meant);
  CAF_CHECK_EQUAL(*x.meant, 1u);
  CAF_CHECK_EQUAL(x.others.substr(0, 47),
                  "session t7 is the latest one of that name, 1900");
  for (auto other : {"1800 (", "1700 ("})
    CAF_CHECK_NOT_EQUAL(x.others.find(other), std::string::npos);
  // By its own name each is meant.
  CAF_CHECK_EQUAL(choose_session("1700", all).meant.value_or(9), 2u);
  CAF_CHECK_EQUAL(std::string{choose_session("1700", all).others}, "");
  CAF_CHECK(!choose_session("t8", all).meant);
  // A label that is another session's start means that one.
  all[1].session.label = "1700";
  CAF_CHECK_EQUAL(choose_session("1700", all).meant.value_or(9), 2u);
}

CAF_TEST(who names none is told of the newest) {
  scratch_directory dir;
  CAF_CHECK_EQUAL(no_such_session("x", dir.path()),
                  "there is no session x in " + dir.path().string()
                    + ", nor any other: want a data.dir, with sessions/ and "
                      "cam/");
  std::filesystem::create_directories(dir.path() / "sessions");
  for (auto name : {"1-a", "2", "3-c", "4"})
    dir.put(std::string{"sessions/"} + name + ".json", "");
  CAF_CHECK_EQUAL(no_such_session("x", dir.path()),
                  "there is no session x in " + dir.path().string()
                    + "; the newest there: 4, 3-c, 2");
}
