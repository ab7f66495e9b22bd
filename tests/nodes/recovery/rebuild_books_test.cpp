#define CAF_SUITE rebuild_books

#include "tests/camnode_test.hpp"

#include "actors/shared/recording_ledger.hpp"
#include "nodes/recovery/rebuild_books.hpp"

#include <limits>
#include <string>
#include <vector>

using namespace camnode;

namespace {

constexpr int64_t start_ms = 1'800'000'000'000;

/// A session of 10 s cuts, and what is left of a camera in it.
struct fixture {
  fixture() {
    session.start_ms = start_ms;
    session.segment_ms = 10'000;
  }

  void find(int64_t from_ms, int64_t to_ms, std::vector<frame_range> ranges) {
    found_piece x;
    x.start_ms = start_ms + from_ms;
    x.end_ms = start_ms + to_ms;
    x.stem = std::to_string(from_ms) + "-" + std::to_string(to_ms);
    for (auto& r : ranges) {
      x.facts.rows += r.last - r.first + 1;
      r.first_ns = x.start_ms * 1'000'000 + 1;
    }
    x.facts.bytes = 100 * x.facts.rows;
    x.facts.ranges = std::move(ranges);
    x.facts.first_capture_ns = x.start_ms * 1'000'000 + 1;
    x.facts.last_capture_ns = x.end_ms * 1'000'000 - 1;
    found.push_back(x);
  }

  session_books rebuild() const {
    return rebuild_books(session, told, found);
  }

  std::string losses() const {
    std::string result;
    auto books = rebuild();
    for (auto& x : books.losses().entries())
      result += std::to_string(x.epoch) + ":" + std::to_string(x.first) + "-"
                + std::to_string(x.last) + " " + to_string(x.place) + "; ";
    return result;
  }

  session_info session;
  manifest_camera told;
  std::vector<found_piece> found;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(rebuild_books_tests, fixture)

CAF_TEST(the last trouble that was told lasts beyond a frame on disk) {
  told.last_error = "the disk is full";
  told.last_trouble = {"no route", start_ms + 5};
  find(0, 10'000, {{7, 1, 3}});
  auto ledger = std::make_shared<recording_ledger>(rebuild());
  CAF_CHECK_EQUAL(ledger->look().last_error, "the disk is full");
  frame x;
  x.epoch = 7;
  x.sequence = 4;
  ledger->written(x);
  ledger->durable(1);
  CAF_CHECK_EQUAL(ledger->look().last_error, "");
  CAF_CHECK_EQUAL(ledger->look().last_trouble.text, "the disk is full");
  told.last_error.clear();
  ledger = std::make_shared<recording_ledger>(rebuild());
  ledger->written(x);
  ledger->durable(1);
  CAF_CHECK_EQUAL(ledger->look().last_trouble.text, "no route");
}

CAF_TEST(without files there is nothing) {
  auto x = rebuild();
  CAF_CHECK_EQUAL(x.figures().session_ms, start_ms);
  CAF_CHECK(x.figures().state == ledger_figures::phase::recording);
  CAF_CHECK_EQUAL(x.figures().written, 0u);
  CAF_CHECK(!x.figures().last);
}

CAF_TEST(what is in the files is recorded whatever was told) {
  told.recorded = 1;
  find(0, 10'000, {{5, 1, 30}});
  find(10'000, 12'000, {{5, 31, 36}});
  auto x = rebuild();
  CAF_CHECK_EQUAL(x.figures().written, 36u);
  CAF_CHECK_EQUAL(x.figures().durable, 36u);
  CAF_CHECK_EQUAL(x.figures().bytes, 3600u);
  CAF_CHECK_EQUAL(x.figures().lost, 0u);
  CAF_CHECK_EQUAL(x.figures().last->sequence, 36u);
  CAF_CHECK_EQUAL(x.figures().first->sequence, 1u);
  CAF_CHECK_EQUAL(x.figures().last_capture_ns,
                  (start_ms + 12'000) * 1'000'000 - 1);
  CAF_REQUIRE_EQUAL(x.pieces().size(), 2u);
  CAF_CHECK_EQUAL(x.pieces()[1].index, 1u);
  CAF_CHECK_EQUAL(x.pieces()[1].first_sequence, 31u);
  CAF_CHECK_EQUAL(x.pieces()[1].file, "10000-12000");
}

CAF_TEST(losses that were told keep their place and others are unknown) {
  told.losses.push_back({5, 4, 6, loss_place::network, 0});
  find(0, 10'000, {{5, 1, 3}, {5, 7, 8}, {5, 11, 12}});
  CAF_CHECK_EQUAL(losses(), "5:9-10 unknown; 5:4-6 network; ");
  auto x = rebuild().figures();
  CAF_CHECK_EQUAL(x.written, 7u);
  CAF_CHECK_EQUAL(x.lost, 5u);
  CAF_CHECK_EQUAL(x.lost_at[static_cast<size_t>(loss_place::unknown)], 2u);
}

CAF_TEST(what was told as lost and is there is not lost) {
  told.losses.push_back({5, 2, 6, loss_place::network, 0});
  find(0, 10'000, {{5, 1, 3}, {5, 7, 8}});
  CAF_CHECK_EQUAL(losses(), "5:4-6 network; ");
}

CAF_TEST(a loss right after the last frame is gone on after) {
  told.losses.push_back({5, 4, 6, loss_place::network, 0});
  find(0, 10'000, {{5, 1, 3}});
  auto books = rebuild();
  CAF_CHECK_EQUAL(books.figures().last->sequence, 6u);
}

CAF_TEST(another run is a break once) {
  find(0, 10'000, {{5, 1, 3}, {6, 3, 8}});
  auto x = rebuild();
  CAF_REQUIRE_EQUAL(x.breaks().size(), 1u);
  CAF_CHECK_EQUAL(x.breaks()[0].last.sequence, 3u);
  CAF_CHECK_EQUAL(x.figures().runs_ended, 1u);
  CAF_CHECK_EQUAL(losses(), "6:1-2 unknown; ");
  told.breaks.push_back({{5, 3}, 0});
  CAF_CHECK_EQUAL(rebuild().breaks().size(), 1u);
}

CAF_TEST(more losses than there is room for are joined) {
  auto n = 5 * max_losses;
  std::vector<frame_range> ranges;
  for (uint64_t i = 0; i <= n; ++i)
    ranges.push_back({5, 2 * i + 1, 2 * i + 1});
  find(0, 9'000, ranges);
  auto x = rebuild();
  CAF_CHECK_EQUAL(x.figures().lost, n);
  CAF_CHECK(x.losses().entries().size() <= 2 * max_losses);
  uint64_t named = 0;
  for (auto& loss : x.losses().entries())
    named += loss.frames();
  CAF_CHECK_EQUAL(named, n);
}

CAF_TEST(losses beyond what a manifest lists are counted) {
  for (uint64_t i = 0; i < max_losses; ++i)
    told.losses.push_back({5, 10 + 2 * i, 10 + 2 * i, loss_place::network, 0});
  told.lost_by_place["network"] = max_losses + 7;
  told.lost_by_place["source"] = 3;
  told.unlisted_lost = 10;
  auto x = rebuild().figures();
  CAF_CHECK_EQUAL(x.lost, max_losses + 10);
  CAF_CHECK_EQUAL(x.lost_at[static_cast<size_t>(loss_place::source)], 3u);
}

CAF_TEST(an index of a new run in each row has bounded books) {
  constexpr uint64_t runs = 40'000;
  std::vector<frame_range> ranges;
  for (uint64_t i = 1; i <= runs; ++i)
    ranges.push_back({i, 2, 2});
  find(0, 10'000, ranges);
  auto x = rebuild();
  CAF_CHECK_EQUAL(x.figures().written, runs);
  CAF_CHECK_EQUAL(x.figures().lost, runs - 1); // Number 1 of all but the first.
  CAF_CHECK_EQUAL(x.figures().runs_ended, runs - 1);
  CAF_CHECK(x.losses().entries().size() <= 2 * max_losses);
  CAF_CHECK(x.breaks().size() <= max_losses);
}

CAF_TEST(what is in two films is not asked for once more) {
  find(0, 10'000, {{5, 1, 9}});
  find(10'000, 20'000, {{5, 4, 6}});
  auto x = rebuild();
  CAF_REQUIRE(x.figures().last);
  CAF_CHECK_EQUAL(x.figures().last->sequence, 9u);
  CAF_CHECK_EQUAL(x.figures().written, 12u);
  CAF_CHECK_EQUAL(losses(), "");
}

CAF_TEST(no number follows the largest one) {
  std::vector<frame_range> ranges;
  constexpr auto largest = std::numeric_limits<uint64_t>::max();
  add_number(ranges, 5, largest - 1);
  add_number(ranges, 5, largest);
  add_number(ranges, 5, 0);
  CAF_REQUIRE_EQUAL(ranges.size(), 2u);
  for (auto& r : ranges)
    CAF_CHECK(r.first <= r.last);
  find(0, 10'000, ranges);
  CAF_CHECK_EQUAL(+rebuild().figures().written, 3u);
}

CAF_TEST(a camera that was away stays so and one that came came) {
  constexpr int64_t s = 1'000'000'000;
  auto start_ns = start_ms * 1'000'000;
  told.absences = {{start_ns, 0, "refused", 1, 2 * s}};
  session.stop_ms = start_ms + 9'000;
  auto away = rebuild().absences(session, 0);
  CAF_REQUIRE_EQUAL(away.size(), 1u);
  CAF_CHECK_EQUAL(away[0].to_ns, start_ns + 9 * s);
  CAF_CHECK_EQUAL(away[0].why, "refused");
  find(4'000, 9'000, {{7, 1, 50}});
  auto books = rebuild();
  books.finish();
  away = books.absences(session, 0);
  CAF_REQUIRE_EQUAL(away.size(), 1u);
  CAF_CHECK_EQUAL(away[0].to_ns, start_ns + 4 * s + 1);
}

CAF_TEST(an absence that was told and recovered out of a ring is none) {
  constexpr int64_t s = 1'000'000'000;
  auto start_ns = start_ms * 1'000'000;
  told.absences = {{start_ns + 2 * s, 0, "no route", 1, 1 * s}};
  find(0, 10'000, {{7, 1, 50}});
  find(10'000, 20'000, {{7, 51, 99}});
  auto books = rebuild();
  session.stop_ms = start_ms + 20'000;
  CAF_CHECK(books.absences(session, 0).empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
