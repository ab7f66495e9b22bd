#define CAF_SUITE export_damage

#include "tests/camnode_test.hpp"

#include "tests/tools/camctl/export/export_fixture.hpp"

using namespace camnode;
using namespace camnode_test::exporting;

CAF_TEST_FIXTURE_SCOPE(export_damage_tests, export_fixture)

CAF_TEST(a damaged picture is left out and named) {
  data.record("cam-a", shots(20));
  data.record("cam-b", shots(20));
  auto name = data.film("cam-a", 0);
  auto film = data.content(name);
  auto& jpeg = data.jpegs["cam-a"][7];
  film[film.find(jpeg) + jpeg.size() / 2] ^= 1;
  data.put(name, film);
  auto result = must_run();
  CAF_CHECK(result.faulty());
  CAF_CHECK(has_line(render_text(result),
                     "frame 7: the picture is not what was recorded"));
  auto expected = data.jpegs["cam-a"];
  expected.erase(expected.begin() + 7);
  CAF_CHECK(pictures("cam-a") == expected);
  auto after = rows("cam-a")[7];
  CAF_CHECK_EQUAL(after.sequence, 9u);
  CAF_CHECK(faults().empty());
}

CAF_TEST(a film that is missing or cut is named with its frames) {
  data.record("cam-a", shots(600));
  fs::remove(data.dir.path() / data.film("cam-a", 0));
  auto cut = data.content(data.film("cam-a", 1));
  data.put(data.film("cam-a", 1), cut.substr(0, cut.size() / 2));
  auto result = must_run();
  CAF_CHECK(result.faulty());
  auto text = render_text(result);
  CAF_CHECK(has_line(text, "No such file or directory; 250 frames left out"));
  CAF_CHECK(has_line(text, "cannot be read; left out"));
  auto there = pictures("cam-a").size();
  CAF_CHECK_GREATER(there, 200u);
  CAF_CHECK_LESS(there, 250u);
  CAF_CHECK(faults().empty());
}

CAF_TEST(a film that goes while the export is made is named) {
  data.record("cam-a", shots(600));
  options.on_progress = [&](uint64_t done, uint64_t) {
    if (done > 0)
      fs::remove(data.dir.path() / data.film("cam-a", 2));
    return true;
  };
  auto result = must_run();
  CAF_CHECK(result.faulty());
  CAF_CHECK(has_line(render_text(result),
                     "No such file or directory; 100 frames left out"));
  CAF_CHECK_EQUAL(pictures("cam-a").size(), 500u);
}

CAF_TEST(frames that go while the export is made are counted) {
  data.record("cam-a", shots(600));
  // The manifest has fewer frames of the last film than were planned of it.
  auto& books = data.books.cameras["cam-a"];
  books.pieces[2].frames = 10;
  books.recorded = books.captured = 510;
  fs::path index{data.film("cam-a", 2)};
  index.replace_extension(".csv");
  auto rows = data.content(index);
  rows.resize(rows.rfind('\n', rows.size() - 2) + 1);
  for (auto locked : {false, true}) {
    options.locked = locked;
    options.on_progress = [&](uint64_t done, uint64_t) {
      if (done == 1)
        data.put(index, rows);
      return true;
    };
    auto whole = data.content(index);
    auto result = must_run();
    CAF_CHECK(
      has_line(render_text(result),
               "missing: cam-a: 1 frame of 600 for cam-a.mp4 went missing "
               "while it was made"));
    fs::remove_all(folder());
    data.put(index, whole);
  }
}

CAF_TEST(a row of an index at a time that cannot be is damage) {
  constexpr int64_t hour_ns = 3'600'000 * ms;
  for (auto moved_ns : {-hour_ns, -41 * ms, hour_ns}) {
    data_folder damaged;
    damaged.record("cam-a", shots(20));
    fs::path index{damaged.film("cam-a", 0)};
    index.replace_extension(".csv");
    auto rows = damaged.content(index);
    auto time_ns = start_ns + 5 * ms + 7 * 40 * ms;
    auto time = std::to_string(time_ns);
    rows.replace(rows.find(time), time.size(),
                 std::to_string(time_ns + moved_ns));
    damaged.put(index, rows);
    damaged.put_manifest();
    options.dirs = {damaged.dir.path()};
    options.locked = true;
    auto result = export_session(options);
    CAF_REQUIRE(result);
    CAF_CHECK(has_line(render_text(*result),
                       "frame 7: its row in the index is damaged; 13 frames "
                       "left out"));
    CAF_CHECK_EQUAL(result->grid->rows, 7u);
    fs::remove_all(folder());
  }
}

CAF_TEST(a camera without a picture that can be read gets no film) {
  data.record("cam-a", shots(5));
  data.record("cam-b", shots(5));
  auto film = data.content(data.film("cam-a", 0));
  for (auto& jpeg : data.jpegs["cam-a"])
    film[film.find(jpeg) + jpeg.size() / 2] ^= 1;
  data.put(data.film("cam-a", 0), film);
  for (auto how : {std::optional<encoding>{}, std::optional{encoding{}}}) {
    options.encode = how;
    auto result = must_run();
    CAF_CHECK(result.faulty());
    CAF_CHECK_EQUAL(result.films.size(), 1u);
    for (auto ending : {".mp4", ".csv", ".mp4.proof"})
      CAF_CHECK(!fs::exists(folder() / (std::string{"cam-a"} + ending)));
    CAF_CHECK(faults().empty());
    fs::remove_all(folder());
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
