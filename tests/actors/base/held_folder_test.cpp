#define CAF_SUITE held_folder
#include "tests/camnode_test.hpp"

#include "actors/base/held_folder.hpp"
#include "tests/scratch_directory.hpp"

#include <fstream>

using namespace camnode;
using namespace camnode_test;

namespace fs = std::filesystem;

namespace {

struct fixture {
  fixture() : name(scratch.path() / "data") {
    fs::create_directory(name);
    testee = *held_folder::hold(name);
  }

  /// Records something to `folder`.
  bool put(const std::string& folder) {
    auto dir = testee->path() / folder;
    if (testee->enter(dir))
      return false;
    std::ofstream{dir / "film"} << "x";
    return true;
  }

  std::string trouble_with(const fs::path& x, const std::string& what) {
    auto text = testee->trouble();
    auto start = x.string() + " " + what;
    return text.compare(0, start.size(), start) == 0 ? "" : "says " + text;
  }

  scratch_directory scratch;
  fs::path name;
  held_folder_ptr testee;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(held_folder_tests, fixture)

CAF_TEST(what is made in it is where the user expects it) {
  CAF_CHECK(put("cam/a"));
  CAF_CHECK(put("cam/a"));
  CAF_CHECK(fs::exists(name / "cam/a/film"));
  CAF_CHECK_EQUAL(shown(testee->path() / "cam/a"), name / "cam/a");
  CAF_CHECK_EQUAL(testee->trouble(), "");
}

CAF_TEST(a folder that is renamed goes on under its new name) {
  CAF_CHECK(put("cam/a"));
  auto now = scratch.path() / "moved";
  fs::rename(name, now);
  CAF_CHECK_EQUAL(trouble_with(name, "was renamed to " + now.string()), "");
  CAF_CHECK(put("cam/b"));
  CAF_CHECK(fs::exists(now / "cam/b/film"));
  CAF_CHECK(!fs::exists(name));
  fs::create_directory(name); // Another one takes its name.
  CAF_CHECK_EQUAL(trouble_with(name, "was renamed to"), "");
  CAF_CHECK(put("cam/c"));
  CAF_CHECK(fs::is_empty(name));
  fs::remove(name);
  fs::rename(now, name);
  CAF_CHECK_EQUAL(testee->trouble(), "");
}

CAF_TEST(a folder that is removed is told and not made again) {
  CAF_CHECK(put("cam/a"));
  fs::remove_all(name);
  CAF_CHECK_EQUAL(trouble_with(name, "was removed"), "");
  CAF_CHECK(!put("cam/a"));
  CAF_CHECK(!put("cam/b"));
  CAF_CHECK(!fs::exists(name));
}

CAF_TEST(a folder in it that was in use is not made again) {
  CAF_CHECK(put("cam/a"));
  fs::rename(name / "cam/a", name / "cam/old");
  CAF_CHECK(!put("cam/a"));
  CAF_CHECK(!fs::exists(name / "cam/a"));
  CAF_CHECK_EQUAL(trouble_with(name / "cam/a", "was renamed or removed"), "");
  CAF_CHECK(put("cam/b"));
  fs::rename(name / "cam/old", name / "cam/a");
  CAF_CHECK(put("cam/a"));
  CAF_CHECK_EQUAL(testee->trouble(), "");
  fs::rename(name / "cam", name / "old");
  CAF_CHECK(!put("cam/b"));
  CAF_CHECK(!fs::exists(name / "cam"));
  CAF_CHECK_EQUAL(trouble_with(name / "cam", "was renamed or removed"), "");
}

CAF_TEST(a folder that takes the name of one in use is not recorded to) {
  CAF_CHECK(put("cam/a"));
  fs::rename(name / "cam/a", name / "cam/old");
  fs::create_directory(name / "cam/a");
  CAF_CHECK_EQUAL(trouble_with(name / "cam/a",
                               "was renamed or removed while it is recorded "
                               "to, and something else has its name now"),
                  "");
  CAF_CHECK(!put("cam/a"));
  CAF_CHECK(fs::is_empty(name / "cam/a"));
  CAF_CHECK(put("cam/b"));
  fs::remove(name / "cam/a");
  fs::rename(name / "cam/old", name / "cam/a");
  CAF_CHECK_EQUAL(testee->trouble(), "");
  CAF_CHECK(put("cam/a"));
  // Nor to one that was made after it was removed, which may have its inode.
  fs::remove_all(name / "cam/a");
  fs::create_directory(name / "cam/a");
  CAF_CHECK(!put("cam/a"));
  testee->release();
  CAF_CHECK(put("cam/a"));
}

CAF_TEST(of more folders than are held it is seen that they are gone) {
  auto last = "sensors/" + std::to_string(held_folder::max_held);
  for (size_t i = 0; i <= held_folder::max_held; ++i)
    CAF_CHECK(put("sensors/" + std::to_string(i)));
  CAF_CHECK_EQUAL(testee->trouble(), "");
  CAF_CHECK(put(last));
  fs::remove_all(name / last);
  CAF_CHECK_EQUAL(trouble_with(name / last, "was renamed or removed"), "");
  CAF_CHECK(!put(last));
}

CAF_TEST(between two sessions its content is the users) {
  CAF_CHECK(put("cam/a"));
  fs::remove_all(name / "cam");
  testee->release();
  CAF_CHECK_EQUAL(testee->trouble(), "");
  CAF_CHECK(put("cam/a"));
}

CAF_TEST(what is no folder is not held) {
  auto file = scratch.put("file", "x");
  for (auto& x : {file, scratch.path() / "missing"}) {
    auto held = held_folder::hold(x);
    CAF_REQUIRE(!held);
    CAF_CHECK_EQUAL(held.error(), ec::open_failed);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
