#define CAF_SUITE segment_schedule

#include "tests/camnode_test.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/disk/segment_schedule.hpp"

#include <limits>
#include <string>

using namespace camnode;

namespace {

constexpr int64_t start_ms = 1'800'000'000'123;
constexpr auto latest = std::numeric_limits<int64_t>::max();
constexpr auto earliest = std::numeric_limits<int64_t>::min();

const segment_schedule minutes{start_ms, 60'000};

/// What a schedule answers, in words.
std::string text(const std::optional<segment_span>& x) {
  if (!x)
    return "none";
  return std::to_string(x->index) + ": "
         + piece_stem(x->begin_ms - start_ms, x->end_ms - start_ms);
}

} // namespace

CAF_TEST(a segment begins at its first millisecond and ends before the next) {
  CAF_CHECK_EQUAL(text(minutes.at(start_ms)), "0: 0-60000");
  CAF_CHECK_EQUAL(text(minutes.at(start_ms + 59'999)), "0: 0-60000");
  CAF_CHECK_EQUAL(text(minutes.at(start_ms + 60'000)), "1: 60000-120000");
  CAF_CHECK_EQUAL(text(minutes.at(start_ms + 600'001)), "10: 600000-660000");
}

CAF_TEST(a time before the start belongs to no segment) {
  CAF_CHECK_EQUAL(text(minutes.at(start_ms - 1)), "none");
  CAF_CHECK_EQUAL(text(minutes.at(earliest)), "none");
}

CAF_TEST(the stop ends the last segment and what comes after it has none) {
  auto stop_ms = start_ms + 90'000;
  CAF_CHECK_EQUAL(text(minutes.at(start_ms, stop_ms)), "0: 0-60000");
  CAF_CHECK_EQUAL(text(minutes.at(stop_ms - 1, stop_ms)), "1: 60000-90000");
  CAF_CHECK_EQUAL(text(minutes.at(stop_ms, stop_ms)), "none");
  CAF_CHECK_EQUAL(text(minutes.at(start_ms, start_ms)), "none");
  CAF_CHECK_EQUAL(text(minutes.at(start_ms, earliest)), "none");
}

CAF_TEST(a stop at a cut leaves the segment before it whole) {
  auto stop_ms = start_ms + 60'000;
  CAF_CHECK_EQUAL(text(minutes.at(stop_ms - 1, stop_ms)), "0: 0-60000");
  CAF_CHECK_EQUAL(text(minutes.at(stop_ms, stop_ms)), "none");
}

CAF_TEST(each millisecond of a session belongs to exactly one segment) {
  const segment_schedule odd{start_ms, 7};
  int64_t end_ms = start_ms;
  for (int64_t time_ms = start_ms; time_ms < start_ms + 100; ++time_ms) {
    auto x = odd.at(time_ms);
    CAF_REQUIRE(x);
    CAF_CHECK(x->begin_ms <= time_ms && time_ms < x->end_ms);
    CAF_CHECK_EQUAL(x->begin_ms, start_ms + static_cast<int64_t>(x->index) * 7);
    CAF_CHECK(x->begin_ms == end_ms || x->end_ms == end_ms);
    end_ms = x->end_ms;
  }
}

CAF_TEST(the end of time is no overflow) {
  const segment_schedule whole{0, latest};
  auto x = whole.at(latest - 1);
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->end_ms, latest);
  const segment_schedule late{latest - 10, 7};
  x = late.at(latest - 1);
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->begin_ms, latest - 3);
  CAF_CHECK_EQUAL(x->end_ms, latest);
}

CAF_TEST(nanoseconds are cut down to whole milliseconds) {
  CAF_CHECK_EQUAL(whole_ms(1'999'999), 1);
  CAF_CHECK_EQUAL(whole_ms(2'000'000), 2);
  CAF_CHECK_EQUAL(whole_ms(0), 0);
  CAF_CHECK_EQUAL(whole_ms(-1), -1);
  CAF_CHECK_EQUAL(whole_ms(-1'000'000), -1);
  CAF_CHECK_EQUAL(whole_ms(-1'000'001), -2);
  CAF_CHECK_EQUAL(whole_ms(earliest), -9'223'372'036'855);
}

CAF_TEST(open and finished files carry their times in their names) {
  CAF_CHECK_EQUAL(piece_stem(1000, 61'000), "1000-61000");
  CAF_CHECK_EQUAL(open_piece_name(1000, "mp4"), "1000.mp4.part");
  CAF_CHECK_EQUAL(open_piece_name(1000, "csv"), "1000.csv.part");
}

CAF_TEST(the names of files are read again) {
  auto finished = parse_piece_name("1000-61000.mp4");
  CAF_REQUIRE(finished);
  CAF_CHECK_EQUAL(finished->start_ms, 1000);
  CAF_CHECK_EQUAL(finished->end_ms, 61000);
  CAF_CHECK_EQUAL(std::string{finished->extension}, "mp4");
  CAF_CHECK(!finished->open());
  auto name = open_piece_name(1000, "csv");
  auto open = parse_piece_name(name);
  CAF_REQUIRE(open);
  CAF_CHECK_EQUAL(open->start_ms, 1000);
  CAF_CHECK_EQUAL(std::string{open->extension}, "csv");
  CAF_CHECK(open->open());
}

CAF_TEST(other names are of no segment) {
  for (auto name :
       {"", "1000", "1000.", "1000.mp4", "1000-61000", "1000-61000.",
        "1000-61000.mp4.part", "1000-61000.csv.damaged", "01000-61000.mp4",
        "1000-061000.mp4", "-1000-61000.mp4", "1000--61000.mp4",
        "2000-1000.mp4", "1000.part", "1000..part", "x1000-61000.mp4",
        "1000.csv.part.wider", "99999999999999999999-1.mp4", "+1-2.mp4"})
    CAF_CHECK(!parse_piece_name(name));
}
