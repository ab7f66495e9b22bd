#define CAF_SUITE piece_check

#include "tests/camnode_test.hpp"

#include "tests/actors/recorder/piece_fixture.hpp"
#include "tools/camctl/verify/piece_check.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::pieces;

namespace {

constexpr int64_t end_ms = start_ms + 10'000;

/// A piece of some frames, and what is found in it.
struct fixture : piece_fixture {
  fixture() {
    auto testee = must_open();
    append(*testee, uneven_times(6));
    if (auto err = testee->close(end_ms))
      CAF_FAIL(describe(err));
    film = content_of(finished(end_ms, ".mp4"));
    index = content_of(finished(end_ms, ".csv"));
  }

  piece_facts check() const {
    return check(film, index);
  }

  static piece_facts check(const std::string& film, const std::string& index) {
    auto read = [&](uint64_t offset, uint8_t* out, size_t n) {
      CAF_REQUIRE(offset <= film.size() && n <= film.size() - offset);
      std::copy_n(film.data() + offset, n, out);
      return true;
    };
    return check_piece(film.size(), read, index, start_ms, end_ms);
  }

  static std::string first_fault(const piece_facts& x) {
    auto texts = x.faults.texts();
    return texts.empty() ? "" : texts.front();
  }

  std::string film;
  std::string index;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(piece_check_tests, fixture)

CAF_TEST(a piece as it was written has no fault) {
  auto x = check();
  CAF_CHECK_EQUAL(first_fault(x), "");
  CAF_CHECK_EQUAL(x.film_frames, 6u);
  CAF_CHECK_EQUAL(x.index.rows, 6u);
  CAF_CHECK_EQUAL(x.index.bytes, x.film_bytes);
  CAF_REQUIRE_EQUAL(x.index.ranges.size(), 1u);
  CAF_CHECK_EQUAL(x.index.ranges[0].first, 1u);
  CAF_CHECK_EQUAL(x.index.ranges[0].last, 6u);
}

CAF_TEST(one flipped bit anywhere is found) {
  // How long the first frame lasts is a guess.
  auto init = layout_of(film).init_bytes;
  for (size_t at = 0; at < film.size(); ++at) {
    if (at >= init + 88 && at < init + 92)
      continue;
    auto flipped = film;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    if (first_fault(check(flipped, index)).empty())
      CAF_FAIL("a bit of byte " << at << " flips unseen");
  }
  for (size_t at = 0; at < index.size(); ++at) {
    auto flipped = index;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    auto x = check(film, flipped);
    // A number, a run or a time of receipt may become another one, but no
    // frame another one unseen.
    CAF_CHECK(x.film_frames == 6u);
  }
}

CAF_TEST(a film cut at any length is found) {
  auto end = layout_of(film).end;
  for (size_t n = 0; n < film.size(); ++n) {
    auto x = check(film.substr(0, n), index);
    if (first_fault(x).empty())
      CAF_FAIL("a film cut at " << n << " is taken for whole");
    CAF_CHECK(n < end ? x.film_frames < 6 : x.film_frames == 6);
  }
}

CAF_TEST(an open film that is whole has no fault) {
  auto open = as_open(film);
  CAF_CHECK_EQUAL(first_fault(check(open, index)), "");
  for (size_t n = 0; n < open.size(); ++n)
    CAF_CHECK(!first_fault(check(open.substr(0, n), index)).empty());
}

CAF_TEST(a film and an index of an earlier version have no fault) {
  auto dir = std::string{CAMNODE_SOURCE_DIR} + "/tests/data/";
  auto old_film = content_of(dir + "film_without_switch.mp4");
  auto old_index = content_of(dir + "film_without_switch.csv");
  CAF_CHECK(layout_of(old_film).state == mp4_switch::none);
  CAF_CHECK_EQUAL(first_fault(check(old_film, old_index)), "");
  CAF_CHECK_EQUAL(check(old_film, old_index).film_frames, 6u);
}

CAF_TEST(an index cut at any length is found) {
  for (size_t n = 0; n < index.size(); ++n)
    if (first_fault(check(film, index.substr(0, n))).empty())
      CAF_FAIL("an index cut at " << n << " is taken for whole");
}

CAF_TEST(a film and an index of different pieces do not go together) {
  auto other = index;
  auto second_row = other.find('\n', other.find('\n') + 1) + 1;
  other.erase(second_row, other.find('\n', second_row) + 1 - second_row);
  CAF_CHECK_NOT_EQUAL(first_fault(check(film, other)), "");
  CAF_CHECK_NOT_EQUAL(first_fault(check(film, "")), "");
  CAF_CHECK_NOT_EQUAL(first_fault(check("", index)), "");
  CAF_CHECK_NOT_EQUAL(first_fault(check(film + "x", index)), "");
  CAF_CHECK_NOT_EQUAL(first_fault(check(film, index + "x")), "");
}

CAF_TEST(many faults are counted and not all told) {
  auto read = [](uint64_t, uint8_t*, size_t) { return false; };
  auto x = check_piece(film.size(), read, index, start_ms, end_ms);
  CAF_CHECK_NOT_EQUAL(first_fault(x), "");
  fault_list faults;
  for (int i = 0; i < 100; ++i)
    faults.add("x");
  auto told = faults.texts();
  CAF_CHECK_EQUAL(told.size(), fault_list::max_texts + 1);
  CAF_CHECK_EQUAL(told.back(), "and 92 more faults");
}

CAF_TEST_FIXTURE_SCOPE_END()
