#define CAF_SUITE export_joined

#include "tests/camnode_test.hpp"

#include "tests/tools/camctl/export/export_fixture.hpp"

using namespace camnode;
using namespace camnode_test::exporting;

CAF_TEST_FIXTURE_SCOPE(export_joined_tests, export_fixture)

CAF_TEST(two folders are joined and what both have is there once) {
  // The first client missed the middle, the second one beginning and end.
  auto all = shots(600);
  auto first = all;
  first.erase(first.begin() + 200, first.begin() + 400);
  data.record("cam-a", first);
  data_folder other;
  other.record("cam-a", {all.begin() + 100, all.begin() + 500});
  other.record("cam-b", shots(10));
  other.put_manifest();
  data.put_manifest();
  options.dirs = {data.dir.path(), other.dir.path()};
  auto result = export_session(options);
  CAF_REQUIRE(result);
  CAF_CHECK(!result->faulty());
  auto table = rows("cam-a");
  CAF_REQUIRE_EQUAL(table.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i)
    CAF_CHECK_EQUAL(table[i].sequence, i + 1);
  CAF_CHECK_EQUAL(result->cameras["cam-a"].doubles, 200u);
  CAF_CHECK_EQUAL(pictures("cam-b").size(), 10u);
  CAF_CHECK(has_line(render_text(*result), "both are taken for UTC"));
  CAF_CHECK(table[0].error_ns);
  CAF_CHECK(!table[300].error_ns);
}

CAF_TEST(a picture that is damaged in one folder is taken from another one) {
  data.record("cam-a", shots(20));
  data_folder other;
  other.record("cam-a", shots(20));
  auto name = data.film("cam-a", 0);
  auto film = data.content(name);
  film[film.find(data.jpegs["cam-a"][7]) + 50] ^= 1;
  data.put(name, film);
  other.put_manifest();
  data.put_manifest();
  options.dirs = {data.dir.path(), other.dir.path()};
  for (auto locked : {false, true}) {
    options.locked = locked;
    auto result = export_session(options);
    CAF_REQUIRE(result);
    CAF_CHECK(!result->faulty());
    CAF_CHECK(pictures("cam-a") == data.jpegs["cam-a"]);
    fs::remove_all(folder());
  }
  film = other.content(name);
  film[film.find(data.jpegs["cam-a"][7]) + 50] ^= 1;
  other.put(name, film);
  auto result = export_session(options);
  CAF_REQUIRE(result);
  CAF_CHECK(result->faulty());
}

CAF_TEST(folders are joined on one clock by that of a server) {
  // The other client began 1.7 s ahead, and its clock is 50 ppm too fast.
  constexpr int64_t ahead_ns = 1'700 * ms;
  auto gained_ns = [](int64_t since_ns) { return since_ns / 20'000; };
  auto all = shots(600);
  data.record("cam-a", {all.begin(), all.begin() + 300});
  data_folder other;
  auto late = all;
  for (auto& x : late)
    x.recorded_ns += ahead_ns + gained_ns(x.true_ns - start_ns);
  other.record("cam-a", {late.begin() + 200, late.end()});
  other.books.session.anchor_mono_ns = -ahead_ns;
  constexpr int64_t error_ns = 70'000;
  for (int64_t at_ns = ms; at_ns < 30'000 * ms; at_ns += 10'000 * ms) {
    auto& x = data.books.cameras["cam-a"].clocks;
    x.push_back({at_ns, epoch, 0, error_ns, 0});
    auto& y = other.books.cameras["cam-a"].clocks;
    auto later_ns = at_ns + 3'000 * ms;
    y.push_back({later_ns + gained_ns(later_ns), epoch, gained_ns(later_ns),
                 error_ns, 50'000});
  }
  other.put_manifest();
  data.put_manifest();
  options.dirs = {data.dir.path(), other.dir.path()};
  auto result = export_session(options);
  CAF_REQUIRE(result);
  auto table = rows("cam-a");
  CAF_REQUIRE_EQUAL(table.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    auto off_ns = std::abs(*table[i].time_ns - all[i].true_ns);
    CAF_CHECK_LESS_OR_EQUAL(off_ns, *table[i].error_ns);
    CAF_CHECK_LESS(off_ns, ms);
  }
  // What is out of the other folder is as far off as the clocks are, too.
  CAF_CHECK_EQUAL(*table[0].error_ns, all[0].error_ns);
  CAF_CHECK_GREATER_OR_EQUAL(*table[599].error_ns,
                             all[599].error_ns + 2 * error_ns);
}

CAF_TEST(readings that one folder alone gives are told of the other one) {
  auto table = "timestamp,state\n" + std::to_string(start_ms) + ",open\n";
  data.readings("door", table, 1);
  data_folder other;
  other.readings("door", table + std::to_string(start_ms + 5) + ",shut\n", 2);
  other.put_manifest();
  data.put_manifest();
  options.dirs = {data.dir.path(), other.dir.path()};
  auto result = export_session(options);
  CAF_REQUIRE(result);
  CAF_CHECK(has_line(render_text(*result),
                     "note: door: 2 readings of " + other.dir.path().string()
                       + "; 1 of " + data.dir.path().string()
                       + " are not exported"));
}

CAF_TEST(sessions of other times and those that are not over are refused) {
  data.record("cam-a", shots(5));
  data_folder other;
  other.books.session.start_ms += 3'600'000;
  other.books.session.stop_ms += 3'600'000;
  other.put_manifest();
  data.put_manifest();
  options.dirs = {data.dir.path(), other.dir.path()};
  auto result = export_session(options);
  CAF_REQUIRE(!result);
  CAF_CHECK(has_line(describe(result.error()), "at different times"));
  data.books.state = "recording";
  result = run();
  CAF_REQUIRE(!result);
  CAF_CHECK(has_line(describe(result.error()), "start the client again"));
  CAF_CHECK(!fs::exists(options.out));
}

CAF_TEST_FIXTURE_SCOPE_END()
