#define CAF_SUITE piece_repair

#include "tests/camnode_test.hpp"

#include "actors/recorder/piece_repair.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"
#include "tools/camctl/verify/piece_check.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::pieces;
namespace fs = std::filesystem;

namespace {

/// What a killed process leaves of six frames, and what a repair makes of it.
struct fixture {
  fixture() {
    piece_fixture source;
    {
      auto testee = source.must_open();
      source.append(*testee, times);
    }
    film = content_of(source.part());
    index = content_of(source.file(".csv.part"));
  }

  static std::string name(const std::string& suffix) {
    return std::to_string(start_ms) + suffix;
  }

  /// Repairs what is in `dir`, which must succeed.
  static piece_repair repair(const scratch_directory& dir) {
    auto broken = find_broken_pieces(dir.path());
    CAF_REQUIRE(broken);
    CAF_REQUIRE_EQUAL(broken->size(), 1u);
    auto result = repair_piece(broken->front());
    if (!result)
      CAF_FAIL(describe(result.error()));
    // Then there is nothing left to do.
    auto again = find_broken_pieces(dir.path());
    CAF_REQUIRE(again);
    CAF_CHECK(again->empty());
    return *result;
  }

  static std::set<std::string> names(const scratch_directory& dir) {
    std::set<std::string> result;
    for (auto& x : fs::directory_iterator{dir.path()})
      result.insert(x.path().filename().string());
    return result;
  }

  /// The faults of the repaired piece, and how many frames it has.
  static void check_sound(const scratch_directory& dir, const piece_repair& x) {
    auto mp4 = content_of(dir.path() / (x.stem + ".mp4"));
    auto csv = content_of(dir.path() / (x.stem + ".csv"));
    auto read = [&](uint64_t offset, uint8_t* out, size_t n) {
      std::copy_n(mp4.data() + offset, n, out);
      return true;
    };
    auto end_ms = std::stoll(x.stem.substr(x.stem.find('-') + 1));
    auto facts = check_piece(mp4.size(), read, csv, start_ms, end_ms);
    for (auto& fault : facts.faults.texts())
      CAF_FAIL(fault);
    CAF_CHECK_EQUAL(facts.film_frames, x.frames);
    CAF_CHECK_EQUAL(facts.index.rebuilt, x.rebuilt);
  }

  /// Whole frames in the first `n` bytes of the film.
  uint64_t frames_in(size_t n) const {
    return layout_of(film.substr(0, n)).fragments;
  }

  std::vector<int64_t> times = uneven_times(6);
  std::string film;
  std::string index;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(piece_repair_tests, fixture)

CAF_TEST(what is whole is completed under the name of its last frame) {
  scratch_directory dir;
  dir.put(name(".mp4.part"), film);
  dir.put(name(".csv.part"), index);
  auto x = repair(dir);
  auto end_ms = times.back() / 1'000'000 + 1;
  CAF_CHECK_EQUAL(x.stem, name("-" + std::to_string(end_ms)));
  CAF_CHECK_EQUAL(x.frames, 6u);
  CAF_CHECK_EQUAL(x.bytes_cut, 0u);
  CAF_CHECK_EQUAL(x.rebuilt, 0u);
  auto closed = content_of(dir.path() / (x.stem + ".mp4"));
  CAF_CHECK(is_ordinary(closed));
  CAF_CHECK(as_open(closed) == film);
  CAF_CHECK_EQUAL(content_of(dir.path() / (x.stem + ".csv")), index);
  CAF_CHECK_EQUAL(names(dir).size(), 2u);
}

CAF_TEST(a film cut at any length keeps its whole frames) {
  for (size_t n = 0; n <= film.size(); n += n % 7 + 1) {
    scratch_directory dir;
    dir.put(name(".mp4.part"), film.substr(0, n));
    dir.put(name(".csv.part"), index);
    auto x = repair(dir);
    CAF_CHECK_EQUAL(x.frames, frames_in(n));
    CAF_CHECK_EQUAL(x.rebuilt, 0u);
    if (x.frames > 0)
      check_sound(dir, x);
    else
      CAF_CHECK(x.stem.empty());
  }
}

CAF_TEST(an index cut at any length is rebuilt from the film) {
  for (size_t n = 0; n <= index.size(); n += n % 5 + 1) {
    scratch_directory dir;
    dir.put(name(".mp4.part"), film);
    dir.put(name(".csv.part"), index.substr(0, n));
    auto x = repair(dir);
    CAF_CHECK_EQUAL(x.frames, 6u);
    CAF_CHECK_EQUAL(x.rebuilt, 6 - read_index(index.substr(0, n)).rows);
    check_sound(dir, x);
  }
}

CAF_TEST(tails of zeros are cut off) {
  for (size_t n = 0; n <= film.size(); n += n % 11 + 1) {
    scratch_directory dir;
    auto torn = film.substr(0, n) + std::string(film.size() - n, '\0');
    dir.put(name(".mp4.part"), torn);
    dir.put(name(".csv.part"), index);
    auto x = repair(dir);
    CAF_CHECK(x.frames <= frames_in(film.size()));
    CAF_CHECK(x.frames >= frames_in(n));
    if (x.frames > 0)
      check_sound(dir, x);
    scratch_directory other;
    auto text = index.substr(0, n)
                + std::string(index.size() - std::min(n, index.size()), '\0');
    other.put(name(".mp4.part"), film);
    other.put(name(".csv.part"), text);
    auto y = repair(other);
    CAF_CHECK_EQUAL(y.frames, 6u);
    check_sound(other, y);
  }
}

CAF_TEST(a picture with a hole ends the film where it may not be synced) {
  auto holed = film;
  auto at = film.size() - 200;
  std::fill(holed.begin() + static_cast<long>(at),
            holed.begin() + static_cast<long>(at) + 50, '\0');
  scratch_directory dir;
  dir.put(name(".mp4.part"), holed);
  dir.put(name(".csv.part"), index);
  auto x = repair(dir);
  CAF_CHECK_EQUAL(x.frames, 5u);
  CAF_CHECK_EQUAL(x.frames_cut, 1u);
  check_sound(dir, x);
}

CAF_TEST(a picture without an end marker is whole where its row is missing) {
  scratch_directory dir;
  auto unmarked = film;
  unmarked.replace(unmarked.size() - 2, 2, "xy");
  dir.put(name(".mp4.part"), unmarked);
  dir.put(name(".csv.part"),
          index.substr(0, index.rfind('\n', index.size() - 2) + 1));
  auto x = repair(dir);
  CAF_CHECK_EQUAL(x.frames, 6u);
  CAF_CHECK_EQUAL(x.rebuilt, 1u);
  check_sound(dir, x);
}

CAF_TEST(a film without an index gets one) {
  scratch_directory dir;
  dir.put(name(".mp4.part"), film);
  auto x = repair(dir);
  CAF_CHECK_EQUAL(x.frames, 6u);
  CAF_CHECK_EQUAL(x.rebuilt, 6u);
  check_sound(dir, x);
  scratch_directory finished;
  finished.put(name("-1800172900000.mp4"), film);
  auto y = repair(finished);
  CAF_CHECK_EQUAL(y.stem, name("-1800172900000"));
  check_sound(finished, y);
}

CAF_TEST(an index without a film is set aside) {
  scratch_directory dir;
  dir.put(name(".csv.part"), index);
  auto x = repair(dir);
  CAF_CHECK(x.set_aside);
  CAF_CHECK_EQUAL(x.frames, 0u);
  CAF_CHECK_EQUAL(x.rows_cut, 6u);
  CAF_CHECK(names(dir) == std::set<std::string>{name(".csv.damaged")});
  scratch_directory empty;
  empty.put(name(".csv.part"), std::string{index_header});
  CAF_CHECK(!repair(empty).set_aside);
  CAF_CHECK(names(empty).empty());
}

CAF_TEST(a film without frames is removed and one without sense set aside) {
  scratch_directory dir;
  auto init = layout_of(film).init_bytes;
  dir.put(name(".mp4.part"), film.substr(0, init + 300));
  dir.put(name(".csv.part"), std::string{index_header});
  CAF_CHECK(!repair(dir).set_aside);
  CAF_CHECK(names(dir).empty());
  scratch_directory odd;
  odd.put(name(".mp4.part"), "no film, but somebody's data");
  CAF_CHECK(repair(odd).set_aside);
  CAF_CHECK(names(odd) == std::set<std::string>{name(".mp4.damaged")});
}

CAF_TEST(a repair that was ended between two steps is completed) {
  auto end_ms = times.back() / 1'000'000 + 1;
  auto stem = name("-" + std::to_string(end_ms));
  scratch_directory index_first;
  index_first.put(name(".mp4.part"), film);
  index_first.put(stem + ".csv", index);
  auto x = repair(index_first);
  CAF_CHECK_EQUAL(x.stem, stem);
  check_sound(index_first, x);
  scratch_directory film_first; // As a power cut may leave it.
  film_first.put(stem + ".mp4", film);
  film_first.put(name(".csv.part"), index);
  auto y = repair(film_first);
  CAF_CHECK_EQUAL(y.stem, stem);
  check_sound(film_first, y);
  scratch_directory half_written;
  half_written.put(name(".mp4.part"), film);
  half_written.put(name(".csv.part"), index.substr(0, 200));
  half_written.put(name(".csv.part.new"), index.substr(0, 10));
  check_sound(half_written, repair(half_written));
  CAF_CHECK_EQUAL(names(half_written).size(), 2u);
}

CAF_TEST(an index that is too large is an error and left as it is) {
  scratch_directory dir;
  dir.put(name(".mp4.part"), film);
  dir.put(name(".csv.part"), index);
  fs::resize_file(dir.path() / name(".csv.part"), uintmax_t{1} << 40);
  auto broken = find_broken_pieces(dir.path());
  CAF_REQUIRE(broken);
  CAF_REQUIRE_EQUAL(broken->size(), 1u);
  auto x = repair_piece(broken->front());
  CAF_REQUIRE(!x);
  CAF_CHECK(describe(x.error()).find("too large for an index")
            != std::string::npos);
  CAF_CHECK_EQUAL(fs::file_size(dir.path() / name(".csv.part")),
                  uintmax_t{1} << 40);
  CAF_CHECK_EQUAL(content_of(dir.path() / name(".mp4.part")), film);
}

CAF_TEST(no name is taken from another file) {
  auto end_ms = times.back() / 1'000'000 + 1;
  scratch_directory dir;
  dir.put(name("-" + std::to_string(end_ms) + ".mp4"), "theirs");
  dir.put(name("-" + std::to_string(end_ms) + ".csv"), "theirs");
  dir.put(name(".mp4.part"), film);
  dir.put(name(".csv.part"), index);
  auto broken = find_broken_pieces(dir.path());
  CAF_REQUIRE(broken);
  CAF_REQUIRE_EQUAL(broken->size(), 1u);
  CAF_CHECK(!repair_piece(broken->front()));
  CAF_CHECK_EQUAL(content_of(dir.path()
                             / name("-" + std::to_string(end_ms) + ".csv")),
                  "theirs");
  CAF_CHECK(as_open(content_of(dir.path() / name(".mp4.part"))) == film);
}

CAF_TEST(a folder that is not there has no broken piece) {
  scratch_directory dir;
  auto x = find_broken_pieces(dir.path() / "none");
  CAF_REQUIRE(x);
  CAF_CHECK(x->empty());
}

CAF_TEST(whatever is damaged both files have the same frames afterwards) {
  uint32_t seed = 20270117;
  auto random = [&](size_t n) {
    seed = seed * 1664525 + 1013904223;
    return n == 0 ? 0 : (seed >> 8) % n;
  };
  auto damage = [&](std::string x) {
    for (auto i = random(4); i > 0 && !x.empty(); --i) {
      auto at = random(x.size());
      auto size = std::min(x.size() - at, random(5000) + 1);
      if (random(3) == 0)
        x.resize(at);
      else if (random(2) == 0)
        std::fill_n(x.begin() + static_cast<long>(at), size, '\0');
      else
        x[at] = static_cast<char>(x[at] ^ (1 << random(8)));
    }
    return x;
  };
  for (int round = 0; round < 300; ++round) {
    scratch_directory dir;
    if (random(8) > 0)
      dir.put(name(".mp4.part"), damage(film));
    if (random(8) > 0)
      dir.put(name(".csv.part"), damage(index));
    auto broken = find_broken_pieces(dir.path());
    CAF_REQUIRE(broken);
    if (broken->empty())
      continue;
    auto x = repair_piece(broken->front());
    if (!x)
      CAF_FAIL(describe(x.error()));
    CAF_CHECK(find_broken_pieces(dir.path())->empty());
    if (x->frames > 0) {
      auto mp4 = content_of(dir.path() / (x->stem + ".mp4"));
      auto layout = layout_of(mp4);
      // A damaged header, or time, may leave a film that no table describes.
      auto closable = layout.track
                      && !frames_of(mp4).tables(*layout.track).empty();
      CAF_CHECK(closable ? is_ordinary(mp4) : layout.end == mp4.size());
      CAF_CHECK_EQUAL(layout.fragments, x->frames);
      auto csv = content_of(dir.path() / (x->stem + ".csv"));
      auto facts = read_index(csv);
      CAF_CHECK_EQUAL(facts.rows, x->frames);
      CAF_CHECK_EQUAL(facts.whole_size, csv.size());
    }
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
