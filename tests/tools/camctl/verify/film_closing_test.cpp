#define CAF_SUITE film_closing

#include "tests/camnode_test.hpp"

#include "actors/recorder/piece_repair.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"
#include "tools/camctl/verify/piece_check.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::pieces;
namespace fs = std::filesystem;

namespace {

/// A film of six frames: open, and as its writer closes it.
struct fixture : piece_fixture {
  fixture() {
    auto testee = must_open();
    frames = append(*testee, times);
    open_film = content_of(part());
    if (auto err = testee->close(end_ms))
      CAF_FAIL(describe(err));
    closed_film = content_of(finished(end_ms, ".mp4"));
    index = content_of(finished(end_ms, ".csv"));
  }

  static piece_facts check(const std::string& film, const std::string& index) {
    auto read = [&](uint64_t offset, uint8_t* out, size_t n) {
      CAF_REQUIRE(offset <= film.size() && n <= film.size() - offset);
      std::copy_n(film.data() + offset, n, out);
      return true;
    };
    return check_piece(film.size(), read, index, start_ms, 0);
  }

  /// Repairs what is open in `dir`, one piece.
  static caf::expected<piece_repair> repair(const scratch_directory& dir) {
    auto broken = find_broken_pieces(dir.path());
    CAF_REQUIRE(broken && broken->size() == 1);
    return repair_piece(broken->front());
  }

  /// Leaves `film` open in `dir`, with its index, and repairs it.
  caf::expected<piece_repair> repair(scratch_directory& dir,
                                     const std::string& film) const {
    dir.put(std::to_string(start_ms) + ".mp4.part", film);
    dir.put(std::to_string(start_ms) + ".csv.part", index);
    return repair(dir);
  }

  /// What ended the writing left `film`: all frames are there, and a repair
  /// makes of it what the writer would have made.
  void must_come_right(const std::string& film, const std::string& what) const {
    auto before = check(film, index);
    if (before.film_frames != times.size())
      CAF_FAIL(what << ": verify finds " << before.film_frames << " frames");
    scratch_directory dir;
    auto repaired = repair(dir, film);
    if (!repaired)
      CAF_FAIL(what << ": " << describe(repaired.error()));
    CAF_CHECK_EQUAL(repaired->frames, times.size());
    CAF_CHECK_EQUAL(repaired->rebuilt, 0u);
    CAF_CHECK_EQUAL(repaired->frames_cut, 0u);
    auto stem = dir.path() / repaired->stem;
    if (content_of(stem.string() + ".mp4") != closed_film)
      CAF_FAIL(what << ": another film came of it");
    CAF_CHECK_EQUAL(content_of(stem.string() + ".csv"), index);
  }

  const int64_t end_ms = start_ms + 60'000;
  const std::vector<int64_t> times = uneven_times(6);
  std::vector<frame> frames;
  std::string open_film;
  std::string closed_film;
  std::string index;
};

std::string with_switch(std::string film, const std::string& bytes) {
  return film.replace(mp4_switch_at, mp4_switch_size, bytes);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(film_closing_tests, fixture)

CAF_TEST(closing moves no byte of a film) {
  CAF_CHECK(
    with_switch(closed_film.substr(0, open_film.size()), mp4_open_switch())
    == open_film);
  CAF_CHECK(is_ordinary(closed_film));
  CAF_CHECK(check(closed_film, index).faults.texts().empty());
}

CAF_TEST(whenever the tables are cut off all frames are there) {
  for (auto n = open_film.size(); n <= closed_film.size(); ++n) {
    auto cut = with_switch(closed_film.substr(0, n), mp4_open_switch());
    auto at = "cut at " + std::to_string(n);
    must_come_right(cut, at);
    // Or the file has its size, and pages of it were never written.
    auto zeros = std::string(closed_film.size() - n, '\0');
    must_come_right(cut + zeros, at + ", zeros");
    auto tables = closed_film.substr(n);
    must_come_right(open_film + std::string(n - open_film.size(), '\0')
                      + tables,
                    at + ", zeros first");
  }
}

CAF_TEST(whenever the switch is torn all frames are there) {
  auto closed = mp4_closed_switch(open_film.size());
  auto open = mp4_open_switch();
  for (size_t n = 0; n <= mp4_switch_size; ++n) {
    auto at = "torn at " + std::to_string(n);
    for (auto& torn :
         {closed.substr(0, n) + open.substr(n),
          open.substr(0, n) + closed.substr(n),
          closed.substr(0, n) + std::string(mp4_switch_size - n, '\0')}) {
      must_come_right(with_switch(closed_film, torn), at);
      must_come_right(with_switch(open_film, torn), at + ", no tables");
    }
  }
}

CAF_TEST(what is closed already is left as it is) {
  must_come_right(closed_film, "closed");
  scratch_directory dir;
  auto film = dir.put(std::to_string(start_ms) + ".mp4.part", closed_film);
  auto before = fs::last_write_time(film);
  auto repaired = repair(dir);
  CAF_REQUIRE(repaired);
  CAF_CHECK_EQUAL(repaired->bytes_cut, 0u);
  CAF_CHECK_EQUAL(repaired->rebuilt, times.size());
  auto after = dir.path() / (repaired->stem + ".mp4");
  CAF_CHECK(fs::last_write_time(after) == before);
}

CAF_TEST(what an earlier version left open is completed as it was) {
  auto before = open_film;
  before.erase(mp4_switch_at, mp4_switch_size);
  scratch_directory dir;
  auto repaired = repair(dir, before);
  CAF_REQUIRE(repaired);
  CAF_CHECK_EQUAL(repaired->frames, times.size());
  auto stem = (dir.path() / repaired->stem).string();
  CAF_CHECK(content_of(stem + ".mp4") == before);
  CAF_CHECK(check(before, content_of(stem + ".csv")).faults.texts().empty());
}

CAF_TEST(a closed film that loses its last picture is closed anew) {
  auto holed = closed_film;
  std::fill_n(holed.begin() + static_cast<long>(open_film.size() - 200), 50,
              '\0');
  scratch_directory dir;
  auto repaired = repair(dir, holed);
  CAF_REQUIRE(repaired);
  CAF_CHECK_EQUAL(repaired->frames, 5u);
  auto stem = (dir.path() / repaired->stem).string();
  auto film = content_of(stem + ".mp4");
  CAF_CHECK(is_ordinary(film));
  CAF_CHECK(check(film, content_of(stem + ".csv")).faults.texts().empty());
}

CAF_TEST(players read a film in each state of its closing) {
  auto expected = expected_packets(closed_film, frames, times);
  auto tables = closed_film.size() - open_film.size();
  CAF_CHECK_EQUAL(probe(finished(end_ms, ".mp4"), packets), expected);
  for (auto n :
       {size_t{0}, size_t{4}, size_t{8}, tables / 2, tables - 1, tables}) {
    auto state = with_switch(closed_film.substr(0, open_film.size() + n),
                             mp4_open_switch());
    auto film = put("state.mp4", state);
    CAF_CHECK_EQUAL(probe(film, packets, false), expected);
  }
}

CAF_TEST(a damaged header of a film costs no frame) {
  auto head = mp4_head({}).size();
  for (size_t at = mp4_switch_at + mp4_switch_size + 8; at < head; ++at) {
    auto flipped = closed_film;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    auto facts = check(flipped, index);
    CAF_CHECK_EQUAL(facts.film_frames, times.size());
    CAF_CHECK(!facts.faults.texts().empty());
    scratch_directory dir;
    auto repaired = repair(dir, flipped);
    CAF_REQUIRE(repaired);
    CAF_CHECK_EQUAL(repaired->frames, times.size());
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
