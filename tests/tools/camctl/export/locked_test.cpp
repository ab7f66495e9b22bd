#define CAF_SUITE export_locked

#include "tests/camnode_test.hpp"

#include "messages/wire/jpeg_header.hpp"
#include "tests/tools/camctl/export/export_fixture.hpp"

#include <cmath>

using namespace camnode;
using namespace camnode_test::exporting;

namespace {

/// A camera with its own rate and a clock that drifts and wavers: frames are
/// recorded up to `error_ns` off.
std::vector<shot> drifting(size_t n, double hz, int64_t first_ns,
                           int64_t error_ns) {
  std::vector<shot> result;
  int64_t last_ns = 0;
  for (size_t i = 0; i < n; ++i) {
    auto true_ns = first_ns + std::llround(static_cast<double>(i) * 1e9 / hz);
    auto part = std::sin(static_cast<double>(i) / 37);
    auto off_ns = std::llround(part * static_cast<double>(error_ns));
    last_ns = std::max<int64_t>(last_ns + 1, true_ns + off_ns);
    result.push_back({true_ns, last_ns, i + 1, error_ns});
  }
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(export_locked_tests, export_fixture)

CAF_TEST(every frame was captured within its bound of its row) {
  auto a = drifting(750, 25.003, start_ns + 3 * ms, 300'000);
  auto b = drifting(890, 29.61, start_ns + 150 * ms, 900'000);
  auto c = drifting(500, 17.2, start_ns + 700 * ms, 4 * ms);
  a.erase(a.begin() + 200, a.begin() + 263);
  b.erase(b.begin() + 500, b.begin() + 501);
  c.erase(c.begin() + 10, c.begin() + 300);
  data.record("cam-a", a);
  data.record("cam-b", b);
  data.record("cam-c", c);
  options.locked = true;
  auto result = must_run();
  CAF_REQUIRE(result.grid);
  auto& grid = *result.grid;
  auto off_mhz = std::abs(int64_t{grid.rate.per_second} - 29'610);
  CAF_CHECK_LESS(off_mhz, 10);
  std::vector<int64_t> first(grid.rows);
  std::vector<int64_t> last(grid.rows);
  for (auto id : {"cam-a", "cam-b", "cam-c"}) {
    auto films = pictures(id);
    auto table = rows(id);
    CAF_REQUIRE_EQUAL(films.size(), grid.rows);
    CAF_REQUIRE_EQUAL(table.size(), grid.rows);
    uint64_t filled = 0;
    uint64_t last_sequence = 0;
    for (uint64_t k = 0; k < grid.rows; ++k) {
      auto& row = table[k];
      auto true_ns = true_time_of(films[k]);
      CAF_CHECK_LESS_OR_EQUAL(std::abs(*row.time_ns - true_ns), *row.error_ns);
      if (row.filled != frame_fill::none) {
        ++filled;
        continue;
      }
      // Each frame once, in order, and when it is said to have been.
      CAF_CHECK_LESS(last_sequence, row.sequence);
      last_sequence = row.sequence;
      CAF_CHECK_LESS_OR_EQUAL(std::abs(true_ns - grid.at(k)),
                              grid.reach_ns() + *row.error_ns);
      first[k] = first[k] == 0 ? *row.time_ns
                               : std::min(first[k], *row.time_ns);
      last[k] = std::max(last[k], *row.time_ns);
    }
    auto film = std::find_if(result.films.begin(), result.films.end(),
                             [&](auto& x) { return x.plan.name == id; });
    CAF_CHECK_EQUAL(film->counts.filled, filled);
    CAF_CHECK_EQUAL(film->counts.frames, grid.rows);
    // Every recorded frame is in a row, or counted.
    CAF_CHECK_EQUAL(grid.rows - filled + film->counts.left_out,
                    data.jpegs[id].size());
  }
  int64_t apart_ns = 0;
  for (uint64_t k = 0; k < grid.rows; ++k)
    apart_ns = std::max(apart_ns, last[k] - first[k]);
  CAF_CHECK_EQUAL(result.rows.apart_ns, apart_ns);
  CAF_CHECK(has_line(render_text(result), "times are off by at most 4.0 ms\n"));
  CAF_CHECK(faults().empty());
}

CAF_TEST(a hole repeats the frame before) {
  auto frames = shots(50);
  frames.erase(frames.begin() + 20, frames.begin() + 25);
  data.record("cam-a", frames);
  data.record("cam-b", shots(50));
  options.locked = true;
  auto result = must_run();
  auto film = pictures("cam-a");
  auto table = rows("cam-a");
  CAF_REQUIRE_EQUAL(film.size(), 50u);
  for (size_t k = 20; k < 25; ++k) {
    CAF_CHECK(film[k] == data.jpegs["cam-a"][19]);
    CAF_CHECK(table[k].filled == frame_fill::repeat);
    CAF_CHECK_EQUAL(table[k].sequence, 20u);
  }
  CAF_CHECK(film[25] == data.jpegs["cam-a"][20]);
  CAF_CHECK(table[25].filled == frame_fill::none);
  CAF_CHECK(pictures("cam-b") == data.jpegs["cam-b"]);
}

CAF_TEST(before the first frame of a camera its first one is shown) {
  data.record("cam-a", shots(50));
  auto late = shots(50);
  late.erase(late.begin(), late.begin() + 10);
  data.record("cam-b", late);
  options.locked = true;
  must_run();
  auto film = pictures("cam-b");
  CAF_REQUIRE_EQUAL(film.size(), 50u);
  for (size_t k = 0; k <= 10; ++k)
    CAF_CHECK(film[k] == data.jpegs["cam-b"][0]);
  CAF_CHECK(rows("cam-b")[9].filled == frame_fill::repeat);
  CAF_CHECK(rows("cam-b")[10].filled == frame_fill::none);
}

CAF_TEST(a hole may be black) {
  auto frames = shots(50);
  frames.erase(frames.begin() + 20, frames.begin() + 25);
  data.record("cam-a", frames);
  data.record("cam-b", shots(50));
  options.locked = true;
  options.fill = frame_fill::black;
  must_run();
  auto film = pictures("cam-a");
  auto size = read_jpeg_size(reinterpret_cast<const uint8_t*>(film[22].data()),
                             film[22].size());
  CAF_REQUIRE(size);
  CAF_CHECK_EQUAL(size->width, 64);
  CAF_CHECK_EQUAL(size->height, 48);
  auto row = rows("cam-a")[22];
  CAF_CHECK(row.filled == frame_fill::black);
  CAF_CHECK(!row.time_ns);
  CAF_CHECK(faults().empty());
}

CAF_TEST(a picture that is damaged leaves a hole) {
  data.record("cam-a", shots(20));
  auto name = data.film("cam-a", 0);
  auto film = data.content(name);
  film[film.find(data.jpegs["cam-a"][7]) + 50] ^= 1;
  data.put(name, film);
  options.locked = true;
  auto result = must_run();
  CAF_CHECK(result.faulty());
  CAF_CHECK(pictures("cam-a")[7] == data.jpegs["cam-a"][6]);
  CAF_CHECK(rows("cam-a")[7].filled == frame_fill::repeat);
}

CAF_TEST(without a frame there is no row) {
  data.readings("door",
                "timestamp,state\n" + std::to_string(start_ms) + ",open\n", 1);
  options.locked = true;
  auto result = must_run();
  CAF_CHECK(!result.faulty());
  CAF_CHECK_EQUAL(content("frames.csv"), "time_ns\n");
  CAF_CHECK(faults().empty());
}

CAF_TEST(times of arrival are told to be those) {
  data.record("cam-a", shots(5));
  data.books.cameras["cam-a"].time = "arrival at the server";
  options.locked = true;
  auto text = render_text(must_run());
  CAF_CHECK_NOT_EQUAL(text.find("note: cam-a: its times are those of the "
                                "arrival at the server"),
                      std::string::npos);
}

CAF_TEST(a bound tells what it leaves out where an error is unknown) {
  auto frames = shots(5);
  frames[2].error_ns = -1;
  data.record("cam-a", frames);
  options.locked = true;
  auto result = must_run();
  CAF_CHECK(
    has_line(render_text(result),
             "each frame within 24 ms of its row's instant, besides the "
             "error of its time; how far times are off is unknown for "
             "some frames, and at most 200 us for the others\n"));
  CAF_CHECK(content("session.json").find("\"error_ns\": null")
            != std::string::npos);
}

CAF_TEST(a slower grid leaves frames out and counts them) {
  data.record("cam-a", shots(100));
  options.locked = true;
  options.rate = film_rate{5, 1};
  auto result = must_run();
  CAF_CHECK_EQUAL(result.films[0].counts.frames, 21u);
  CAF_CHECK_EQUAL(result.films[0].counts.left_out, 79u);
  CAF_CHECK_EQUAL(result.films[0].counts.filled, 0u);
  CAF_CHECK(!result.faulty());
}

CAF_TEST(a film of a few frames does not set the rate of the grid) {
  auto frames = shots(100, 100 * ms);
  frames[50].width = 32;
  data.record("cam-a", frames);
  data.record("cam-b", shots(9, 20 * ms));
  options.locked = true;
  auto result = must_run();
  CAF_CHECK(result.grid->rate == (film_rate{10'000, 1'000}));
  CAF_CHECK_EQUAL(result.grid->rows, 100u);
}

CAF_TEST(without a film of many frames those with an interval set the rate) {
  data.record("cam-a", shots(5, 100 * ms));
  data.record("cam-b", shots(1));
  options.locked = true;
  CAF_CHECK(must_run().grid->rate == (film_rate{10'000, 1'000}));
}

CAF_TEST_FIXTURE_SCOPE_END()
