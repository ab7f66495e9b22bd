#define CAF_SUITE audit

#include "tests/camnode_test.hpp"

#include "messages/when.hpp"
#include "tools/camctl/verify/audit.hpp"

#include <algorithm>
#include <string>

using namespace camnode;

namespace {

// In 2027.
constexpr int64_t before_ns = 1'800'000'000'000'000'077;

/// Frames 1 to 3 and 6 to 8 of run 5 in two pieces; 4 and 5 are named as lost.
struct fixture {
  fixture() {
    books.captured = 8;
    books.recorded = 6;
    books.lost = 2;
    books.lost_by_place["network"] = 2;
    books.losses.push_back({5, 4, 5, loss_place::network, before_ns});
    add("1000-2000", 1, 3);
    add("2000-3000", 6, 8);
  }

  void add(const std::string& stem, uint64_t first, uint64_t last) {
    checked_piece piece;
    piece.listed.stem = stem;
    piece.listed.start_ms = std::stoll(stem);
    piece.listed.end_ms = piece.listed.start_ms + 1000;
    piece.listed.film = listed_file{"cam/a/" + stem + ".mp4", 100};
    piece.listed.index = listed_file{"cam/a/" + stem + ".csv", 100};
    piece.facts.film_frames = last - first + 1;
    piece.facts.index.ranges = {{5, first, last}};
    pieces.push_back(piece);
    recorded_piece x;
    x.file = stem;
    x.frames = last - first + 1;
    books.pieces.push_back(x);
  }

  /// The faults, in one text.
  std::string faults() const {
    std::string result;
    for (auto& x : audit_camera(books, pieces).faults)
      result += x + "\n";
    return result;
  }

  std::string last_loss() const {
    return audit_camera(books, pieces).losses.back();
  }

  void check_told(const std::string& what) const {
    auto text = faults();
    if (text.find(what) == std::string::npos)
      CAF_FAIL("'" << what << "' is not told: " << text);
  }

  manifest_camera books;
  std::vector<checked_piece> pieces;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(audit_tests, fixture)

CAF_TEST(books that agree with the files have losses and no fault) {
  CAF_CHECK_EQUAL(faults(), "");
  auto x = audit_camera(books, pieces);
  CAF_CHECK_EQUAL(x.frames, 6u);
  CAF_REQUIRE_EQUAL(x.losses.size(), 1u);
  CAF_CHECK_EQUAL(x.losses[0],
                  "frames 4 to 5: network, before " + time_text(before_ns, 0));
  CAF_REQUIRE_EQUAL(x.lost_frames.size(), 1u);
  CAF_CHECK_EQUAL(+x.lost_frames[0].before_ns, before_ns);
}

CAF_TEST(a time is told without its date on the day of the session) {
  auto x = audit_camera(books, pieces, true, before_ns - 1'000'000);
  auto time = time_text(before_ns, before_ns);
  CAF_CHECK_EQUAL(time.size(), std::string{"14:03:07.250"}.size());
  CAF_CHECK_EQUAL(x.losses.at(0), "frames 4 to 5: network, before " + time);
}

CAF_TEST(runs are named where there are several) {
  books.breaks.push_back({{4, 9}, 0});
  auto x = audit_camera(books, pieces);
  CAF_REQUIRE_EQUAL(x.losses.size(), 2u);
  CAF_CHECK_EQUAL(x.losses[0].substr(0, 31), "frames 4 to 5 of run 000005: ne");
  CAF_CHECK_EQUAL(x.losses[1],
                  "what was captured after frame 9 of run 000004 is unknown: "
                  "another run began");
}

CAF_TEST(a film that is missing is told with its frames) {
  books.pieces[1].first_sequence = 6;
  books.pieces[1].last_sequence = 8;
  books.pieces[1].epoch = 5;
  pieces.pop_back();
  check_told("2000-3000.mp4: is missing, with frames 6 to 8");
}

CAF_TEST(a film that nobody knows is told) {
  add("3000-4000", 9, 9);
  books.pieces.pop_back();
  check_told("cam/a/3000-4000.mp4: the manifest knows no such file");
}

CAF_TEST(frames that are missing and not named are told) {
  books.losses[0].first = 5;
  check_told("frame 4: missing, and the manifest does not name it");
}

CAF_TEST(a frame in two films is told) {
  pieces[1].facts.index.ranges = {{5, 3, 3}, {5, 6, 8}};
  check_told("frame 3 in cam/a/2000-3000.mp4: recorded twice");
}

CAF_TEST(a frame that is named as lost and is there is told) {
  pieces[0].facts.index.ranges = {{5, 1, 4}};
  check_told("frame 4 in cam/a/1000-2000.mp4: named as lost");
}

CAF_TEST(losses that were joined are losses and no fault) {
  books.losses = {{5, 2, 7, loss_place::network, before_ns, 2}};
  CAF_CHECK_EQUAL(faults(), "");
  auto x = audit_camera(books, pieces);
  CAF_REQUIRE_EQUAL(x.losses.size(), 1u);
  CAF_CHECK_EQUAL(x.losses[0], "2 of frames 2 to 7: network, before "
                                 + time_text(before_ns, 0));
  books.losses[0].some = 1;
  check_told("of 2 lost frames, 1 are named");
}

CAF_TEST(losses beyond what the manifest lists are losses and no fault) {
  books.lost = books.lost_by_place["network"] = 4;
  books.captured = books.recorded + 4;
  pieces[1].facts.index.ranges = {{5, 8, 10}}; // 6 and 7 are missing.
  check_told("of 4 lost frames, 2 are named");
  books.unlisted_lost = 2;
  CAF_CHECK_EQUAL(faults(), "");
  auto named = audit_camera(books, pieces).losses;
  CAF_CHECK_EQUAL(named.back(),
                  "and 2 more frames, which the manifest had no room to name");
  pieces[1].facts.index.ranges = {{5, 9, 11}}; // As is 8.
  check_told("frames 6 to 8: missing, and the manifest does not name it");
}

CAF_TEST(runs beyond what the manifest lists are losses and no fault) {
  pieces[0].facts.index.ranges = {{5, 1, 1}, {6, 1, 1}, {7, 1, 1}};
  pieces[1].facts.index.ranges = {{8, 1, 3}};
  books.breaks.push_back({{5, 1}, 88});
  books.unlisted_breaks = 1;
  check_told("run 000008 follows run 000007, and the manifest does not name");
  books.unlisted_breaks = 2;
  CAF_CHECK_EQUAL(faults(), "");
  CAF_CHECK_EQUAL(last_loss(),
                  "and 2 more runs of the server, which the manifest had no "
                  "room to name");
}

CAF_TEST(numbers that jumped are unknown and no fault) {
  constexpr uint64_t far = uint64_t{1} << 52;
  pieces[1].facts.index.ranges = {{5, far, far + 2}};
  check_told("frames 6 to 4503599627370495: missing");
  books.breaks.push_back({{5, 5}, 0, {5, far}});
  CAF_CHECK_EQUAL(faults(), "");
  CAF_CHECK_EQUAL(last_loss(),
                  "what was captured after frame 5 is unknown: the numbers "
                  "jump to 4503599627370496");
  // Likewise of another run, which was there before.
  pieces[1].facts.index.ranges = {{6, far, far + 2}};
  books.breaks.back().until.epoch = 6;
  CAF_CHECK_EQUAL(faults(), "");
}

CAF_TEST(runs that take turns miss only what is between their own frames) {
  pieces[0].facts.index.ranges = {{5, 1, 1}, {6, 1, 1}, {5, 2, 2}};
  pieces[1].facts.index.ranges = {{6, 2, 2}, {5, 3, 3}, {5, 6, 6}};
  books.breaks = {{{5, 1}, 1}, {{6, 1}, 2}, {{5, 2}, 3}, {{6, 2}, 4}};
  CAF_CHECK_EQUAL(faults(), "");
}

CAF_TEST(another run that is not named is told) {
  pieces[1].facts.index.ranges = {{6, 1, 3}};
  check_told(
    "run 000006 follows run 000005, and the manifest does not name it");
  books.breaks.push_back({{5, 5}, 88});
  CAF_CHECK_EQUAL(faults(), "");
}

CAF_TEST(books that do not balance are told) {
  books.captured = 9;
  check_told("captured 9, recorded 6, lost 2");
  books.captured = 8;
  books.lost_by_place["network"] = 1;
  check_told("lost 2, by place 1");
}

CAF_TEST(a film that was never completed is told) {
  pieces[1].listed.end_ms = 0;
  check_told("cam/a/2000-3000.mp4: was never completed");
}

CAF_TEST(readings that the books do not know are told) {
  topic_figures sensor;
  sensor.received = 5;
  sensor.written = 3;
  sensor.rejected[stored_reading] = 2;
  sensor.files = {"1000-2000"};
  checked_readings file;
  file.listed.stem = "1000-2000";
  file.listed.start_ms = 1000;
  file.listed.end_ms = 2000;
  file.listed.index = listed_file{"sensors/x/1000-2000.csv", 10};
  file.facts.rows = 3;
  file.facts.first_ms = 1000;
  file.facts.last_ms = 1999;
  CAF_CHECK(audit_sensor(sensor, {file}).faults.empty());
  CAF_CHECK(audit_sensor(sensor, {file}).losses.empty());
  CAF_CHECK_EQUAL(audit_sensor(sensor, {}).faults.size(), 2u);
  file.facts.last_ms = 2000;
  CAF_CHECK_EQUAL(audit_sensor(sensor, {file}).faults.size(), 1u);
  file.facts.last_ms = 1999;
  sensor.rejected["disk"] = 1;
  CAF_CHECK_EQUAL(audit_sensor(sensor, {file}).faults.size(), 1u);
  CAF_CHECK_EQUAL(audit_sensor(sensor, {file}).losses.size(), 1u);
}

CAF_TEST(readings that were thrown away are losses whatever the reason) {
  topic_figures sensor;
  sensor.received = 7;
  sensor.rejected[stored_reading] = 2;
  sensor.rejected["too many at once"] = 4;
  sensor.rejected["bad message: no number"] = 1;
  auto x = audit_sensor(sensor, {});
  CAF_CHECK(x.faults.empty());
  CAF_CHECK_EQUAL(
    x.losses, (std::vector<std::string>{"1 readings: bad message: no number",
                                        "4 readings: too many at once"}));
}

// -- sessions that are not over ----------------------------------------------

CAF_TEST(a film that is being written is open and no fault) {
  add("3000", 9, 11);
  pieces[2].listed.end_ms = 0;
  pieces[2].growing = pieces[2].counted = true;
  pieces[2].facts.index.rows = 3;
  books.pieces.pop_back(); // The books are older.
  auto x = audit_camera(books, pieces, false);
  CAF_CHECK(x.faults.empty());
  CAF_CHECK_EQUAL(x.films, 2u);
  CAF_CHECK_EQUAL(x.frames, 6u);
  CAF_CHECK_EQUAL(x.open, std::vector<std::string>{"cam/a/3000.mp4"});
  CAF_CHECK_EQUAL(x.open_frames, 3u);
}

CAF_TEST(a film that is being completed is open and no fault) {
  add("3000", 9, 11);
  pieces[2].listed.end_ms = 0;
  pieces[2].listed.index.reset();
  pieces[2].growing = true;
  add("3000-4000", 9, 11); // The index has its last name already.
  pieces[3].listed.film.reset();
  pieces[3].growing = pieces[3].counted = true;
  auto x = audit_camera(books, pieces, false);
  CAF_CHECK(x.faults.empty());
  CAF_CHECK_EQUAL(x.open.size(), 2u);
  pieces.erase(pieces.begin() + 2);
  x = audit_camera(books, pieces, false);
  CAF_REQUIRE_EQUAL(x.faults.size(), 1u);
  CAF_CHECK_EQUAL(x.faults[0],
                  "cam/a/3000-4000.csv: an index without its film");
}

CAF_TEST(books that are older than the films are no fault) {
  for (auto& x : books.pieces)
    x.end_ms = 1;
  add("3000-4000", 12, 14); // Without 9 to 11, which nobody named yet.
  books.pieces[2].file = "3000";
  books.captured = 99;
  books.recorded = 2;
  books.lost_by_place.clear();
  CAF_CHECK(audit_camera(books, pieces, false).faults.empty());
}

CAF_TEST(a film that is complete is compared though its session is not over) {
  for (auto& x : books.pieces)
    x.end_ms = 1;
  books.pieces[0].frames = 4;
  auto x = audit_camera(books, pieces, false);
  CAF_REQUIRE_EQUAL(x.faults.size(), 1u);
  CAF_CHECK_EQUAL(x.faults[0],
                  "cam/a/1000-2000.mp4: frames: 3 in the files, 4 in the "
                  "manifest");
  pieces.erase(pieces.begin());
  x = audit_camera(books, pieces, false);
  CAF_REQUIRE_EQUAL(x.faults.size(), 1u);
  CAF_CHECK_EQUAL(x.faults[0].substr(0, 27), "1000-2000.mp4: is missing, ");
}

CAF_TEST(a frame that is in two films is a fault in any session) {
  pieces[1].facts.index.ranges = {{5, 3, 3}, {5, 6, 8}};
  auto x = audit_camera(books, pieces, false);
  CAF_REQUIRE(!x.faults.empty());
  CAF_CHECK_EQUAL(x.faults[0],
                  "frame 3 in cam/a/2000-3000.mp4: recorded twice");
}

CAF_TEST(frames that were safe and are gone are a fault in any session) {
  books.durable = 7;
  auto x = audit_camera(books, pieces, false);
  CAF_REQUIRE_EQUAL(x.faults.size(), 1u);
  CAF_CHECK_EQUAL(x.faults[0],
                  "7 frames were safe on disk, as the manifest says; the files "
                  "have 6");
  add("3000", 9, 9);
  pieces[2].listed.end_ms = 0;
  pieces[2].growing = pieces[2].counted = true;
  pieces[2].facts.index.rows = 1;
  CAF_CHECK(audit_camera(books, pieces, false).faults.empty());
  pieces[2].counted = false; // Nobody knows what is in it.
  pieces[2].facts.index.rows = 0;
  CAF_CHECK(audit_camera(books, pieces, false).faults.empty());
}

CAF_TEST(readings that are being written are open and no fault) {
  topic_figures sensor;
  sensor.received = 9;
  sensor.written = 7;
  sensor.durable = 3;
  checked_readings file;
  file.listed.stem = "1000";
  file.listed.start_ms = 1000;
  file.listed.index = listed_file{"sensors/x/1000.csv.part", 10};
  file.facts.rows = 3;
  file.facts.fault = "is cut within a record after reading 3";
  auto x = audit_sensor(sensor, {file}, false);
  CAF_CHECK(x.faults.empty());
  CAF_CHECK_EQUAL(x.rows, 3u);
  CAF_CHECK_EQUAL(x.open.size(), 1u);
  sensor.durable = 4;
  x = audit_sensor(sensor, {file}, false);
  CAF_REQUIRE_EQUAL(x.faults.size(), 1u);
  CAF_CHECK_EQUAL(x.faults[0],
                  "4 readings were safe on disk, as the manifest says; the "
                  "files have 3");
  sensor.files = {"0-1000"};
  CAF_CHECK_EQUAL(audit_sensor(sensor, {file}, false).faults.size(), 2u);
}

CAF_TEST(an absence is a loss with times and a reason) {
  constexpr int64_t s = 1'000'000'000;
  auto before = audit_camera(books, pieces).losses.size();
  books.absences = {{0, 5 * s, "refused", 1, 5 * s},
                    {9 * s, 0, "no route", 1, 2 * s},
                    {20 * s, 90 * s, "silent", 3, 12 * s}};
  auto losses = audit_camera(books, pieces).losses;
  CAF_REQUIRE_EQUAL(losses.size(), before + 3);
  auto& first = losses[before];
  CAF_CHECK_EQUAL(first.find("no frame from "), 0u);
  CAF_CHECK(first.find(" (5.0 s): refused") != first.npos
            || first.find(" (5 s): refused") != first.npos);
  CAF_CHECK_EQUAL(losses[before + 1].find("no frame since "), 0u);
  CAF_CHECK(losses[before + 2].find("in 3 times from ") != first.npos);
  CAF_CHECK_EQUAL(faults(), "");
}

CAF_TEST(a camera that gave nothing is a loss for books that name none) {
  CAF_CHECK_EQUAL(audit_camera({}, {}).losses.size(), 1u);
  CAF_CHECK(audit_camera({}, {}, false).losses.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
