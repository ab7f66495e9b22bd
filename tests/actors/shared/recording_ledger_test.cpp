#define CAF_SUITE recording_ledger
#include "tests/camnode_test.hpp"

#include "tests/actors/shared/ledger_fixture.hpp"

#include <limits>

using namespace camnode;
using namespace camnode_test;

CAF_TEST_FIXTURE_SCOPE(recording_ledger_tests, ledger_fixture)

CAF_TEST(a new ledger is idle) {
  auto x = recording_ledger{}.look();
  CAF_CHECK(x.state == ledger_figures::phase::idle);
  CAF_CHECK_EQUAL(x.session_ms, 0);
  CAF_CHECK(!x.first);
  CAF_CHECK(!x.last);
}

CAF_TEST(a session is recording until it is finished) {
  CAF_CHECK(ledger.look().state == ledger_figures::phase::recording);
  CAF_CHECK_EQUAL(ledger.look().session_ms, 1000);
  ledger.finish();
  CAF_CHECK(ledger.look().state == ledger_figures::phase::finished);
}

CAF_TEST(a frame counts in the books and in its piece) {
  ledger.piece_opened(0, 1000, "1000");
  write(5, 7);
  auto x = ledger.look();
  CAF_CHECK_EQUAL(x.written, 3u);
  CAF_CHECK_EQUAL(x.bytes, 30u);
  CAF_CHECK_EQUAL(x.durable, 0u);
  CAF_REQUIRE(x.first);
  CAF_CHECK_EQUAL(x.first->sequence, 5u);
  CAF_CHECK_EQUAL(last_number(), 7u);
  auto pieces = ledger.pieces();
  CAF_REQUIRE_EQUAL(pieces.size(), 1u);
  CAF_CHECK_EQUAL(pieces[0].frames, 3u);
  CAF_CHECK_EQUAL(pieces[0].bytes, 30u);
  CAF_CHECK_EQUAL(pieces[0].first_sequence, 5u);
  CAF_CHECK_EQUAL(pieces[0].last_sequence, 7u);
}

CAF_TEST(a piece keeps its segment and its names) {
  ledger.piece_opened(0, 1000, "1000");
  write(1, 1, 4);
  ledger.piece_closed(61'000, "1000-61000");
  ledger.piece_opened(1, 61'000, "61000");
  auto pieces = ledger.pieces();
  CAF_REQUIRE_EQUAL(pieces.size(), 2u);
  CAF_CHECK_EQUAL(pieces[0].file, "1000-61000");
  CAF_CHECK_EQUAL(pieces[0].start_ms, 1000);
  CAF_CHECK_EQUAL(pieces[0].end_ms, 61'000);
  CAF_CHECK_EQUAL(pieces[0].epoch, 4u);
  CAF_CHECK_EQUAL(pieces[1].file, "61000");
  CAF_CHECK_EQUAL(pieces[1].index, 1u);
  CAF_CHECK_EQUAL(pieces[1].end_ms, 0);
  CAF_CHECK_EQUAL(pieces[1].frames, 0u);
}

CAF_TEST(a cut has a piece once one was opened for it) {
  CAF_CHECK(!ledger.has_piece(0));
  ledger.piece_opened(2, 1000, "1000");
  CAF_CHECK(ledger.has_piece(2));
  CAF_CHECK(!ledger.has_piece(0));
}

CAF_TEST(what is durable is what was written by then) {
  ledger.piece_opened(0, 1000, "1000");
  write(1, 3);
  ledger.durable(77);
  write(4, 5);
  auto x = ledger.look();
  CAF_CHECK_EQUAL(x.durable, 3u);
  CAF_CHECK_EQUAL(x.durable_ns, 77);
  CAF_CHECK_EQUAL(x.written, 5u);
}

CAF_TEST(losses add up by place) {
  lose(1, 3, loss_place::network);
  lose(10, 10, loss_place::encoder);
  lose(20, 24, loss_place::network);
  lose(1, 1, loss_place::disk);
  CAF_CHECK_EQUAL(ledger.look().lost, 10u);
  CAF_CHECK_EQUAL(lost_at(loss_place::network), 8u);
  CAF_CHECK_EQUAL(lost_at(loss_place::encoder), 1u);
  CAF_CHECK_EQUAL(lost_at(loss_place::disk), 1u);
  CAF_CHECK_EQUAL(lost_at(loss_place::none), 0u);
  CAF_CHECK_EQUAL(ledger.losses().size(), 4u);
}

CAF_TEST(a count that no number holds stays at the largest) {
  constexpr auto most = std::numeric_limits<uint64_t>::max();
  lose(2, most);
  lose(2, most, loss_place::network, 2);
  CAF_CHECK_EQUAL(ledger.look().lost, most);
  CAF_CHECK_EQUAL(lost_at(loss_place::network), most);
}

CAF_TEST(neighbours with the same place are one entry) {
  lose(1, 3);
  lose(4, 4);
  lose(5, 9);
  auto losses = ledger.losses();
  CAF_REQUIRE_EQUAL(losses.size(), 1u);
  CAF_CHECK_EQUAL(losses[0].first, 1u);
  CAF_CHECK_EQUAL(losses[0].last, 9u);
}

CAF_TEST(neighbours of another place or run are not joined) {
  lose(1, 3, loss_place::network);
  lose(4, 5, loss_place::client_ring);
  lose(6, 7, loss_place::client_ring, 2);
  lose(9, 9, loss_place::client_ring, 2);
  CAF_CHECK_EQUAL(ledger.losses().size(), 4u);
}

CAF_TEST(of more losses than there is room for none is without a name) {
  ledger.piece_opened(0, 1000, "1000");
  auto n = 3 * recording_ledger::max_losses;
  for (uint64_t i = 0; i < n; ++i) {
    lose(3 * i + 1, 3 * i + 1);
    if (i % 100 == 50) {
      ledger.durable(1);
      lose(3 * i + 2, 3 * i + 2); // Grows, and may be taken back.
      if (i % 200 == 50)
        ledger.roll_back();
    }
  }
  auto losses = ledger.losses();
  CAF_CHECK(losses.size() <= recording_ledger::max_losses);
  CAF_CHECK_EQUAL(ledger.look().lost, n + n / 200);
  uint64_t named = 0;
  uint64_t last = 0;
  for (auto& x : losses) {
    named += x.frames();
    CAF_CHECK(x.first > last);
    CAF_CHECK(x.frames() <= x.last - x.first + 1);
    last = x.last;
  }
  CAF_CHECK_EQUAL(named, ledger.look().lost);
  CAF_CHECK_EQUAL(last, 3 * n - 2);
  CAF_CHECK(losses.back().exact());
}

CAF_TEST(a break is noted once) {
  ledger.run_ended({{0, 7}, 1});
  ledger.run_ended({{0, 7}, 2});
  ledger.run_ended({{0, 9}, 3});
  CAF_CHECK_EQUAL(ledger.look().runs_ended, 2u);
  CAF_REQUIRE_EQUAL(ledger.breaks().size(), 2u);
  CAF_CHECK_EQUAL(+ledger.breaks()[0].before_ns, 1);
}

CAF_TEST(books go by what a completed file has) {
  ledger.piece_opened(0, 1000, "1000");
  write(1, 5);
  ledger.piece_opened(0, 1100, "1100");
  write(6, 7);
  ledger.piece_completed(1000, 1050, "1000-1050", 4, 39);
  auto x = ledger.look();
  CAF_CHECK_EQUAL(x.written, 6u);
  CAF_CHECK_EQUAL(x.bytes, 59u);
  CAF_CHECK_EQUAL(x.lost, 1u);
  CAF_CHECK_EQUAL(lost_at(loss_place::disk), 1u);
  CAF_REQUIRE_EQUAL(ledger.losses().size(), 1u);
  CAF_CHECK_EQUAL(+ledger.losses()[0].frames(), 1u);
  CAF_CHECK_EQUAL(last_number(), 7u);
  CAF_CHECK_EQUAL(+ledger.pieces().at(0).frames, 4u);
  ledger.piece_completed(1100, 1101, "", 0, 0); // Nothing was left of it.
  CAF_CHECK_EQUAL(ledger.pieces().size(), 1u);
  CAF_CHECK_EQUAL(ledger.look().written, 4u);
  CAF_CHECK_EQUAL(ledger.look().lost, 3u);
}

CAF_TEST(books without a file take frames all the same) {
  write(1, 2);
  ledger.piece_closed(1001, "1000-1001");
  CAF_CHECK_EQUAL(ledger.look().written, 2u);
  CAF_CHECK(ledger.pieces().empty());
}

CAF_TEST(a recorder goes on after what is written or named as lost) {
  ledger.piece_opened(0, 1000, "1000");
  write(1, 4);
  CAF_CHECK_EQUAL(last_number(), 4u);
  lose(5, 9);
  CAF_CHECK_EQUAL(last_number(), 9u);
  write(10, 10);
  CAF_CHECK_EQUAL(last_number(), 10u);
  lose(1, 2, loss_place::server_ring, 8);
  CAF_CHECK_EQUAL(last_number(8), 2u);
  CAF_CHECK_EQUAL(ledger.look().written + ledger.look().lost, 12u);
}

CAF_TEST(beginning a session again keeps its books) {
  ledger.piece_opened(0, 1000, "1000");
  write(1, 3);
  lose(4, 4);
  auto stopped = session_at(1000);
  stopped.stop_ms = 5000;
  ledger.begin(stopped);
  CAF_CHECK_EQUAL(ledger.look().written, 3u);
  CAF_CHECK_EQUAL(ledger.pieces().size(), 1u);
  CAF_CHECK_EQUAL(ledger.losses().size(), 1u);
}

CAF_TEST(what is taken back is what came since the last promise) {
  ledger.piece_opened(0, 1000, "1000");
  ledger.written(*new_frame(1), 5);
  ledger.lost({1, 2, 3, loss_place::network, 0});
  ledger.durable(1);
  ledger.lost({1, 4, 6, loss_place::network, 0});
  ledger.run_ended({{1, 6}, 0});
  ledger.written(*new_frame(1, 2), 6);
  ledger.failed("gone");
  ledger.roll_back();
  auto x = ledger.look();
  CAF_CHECK_EQUAL(x.written, 1u);
  CAF_CHECK_EQUAL(x.lost, 2u);
  CAF_CHECK_EQUAL(x.last->sequence, 3u);
  CAF_CHECK_EQUAL(x.last_capture_ns, 5);
  CAF_CHECK_EQUAL(x.runs_ended, 0u);
  CAF_CHECK_EQUAL(x.last_error, "gone");
  CAF_CHECK_EQUAL(x.captured, 7u);
  CAF_CHECK_EQUAL(x.reversed.times, 1u);
  CAF_CHECK_EQUAL(x.reversed.written, 1u);
  CAF_CHECK_EQUAL(x.reversed.lost_at[static_cast<size_t>(loss_place::network)],
                  3u);
  CAF_CHECK(ledger.breaks().empty());
  auto losses = ledger.losses();
  CAF_REQUIRE_EQUAL(losses.size(), 1u);
  CAF_CHECK_EQUAL(losses[0].last, 3u);
  auto pieces = ledger.pieces();
  CAF_REQUIRE_EQUAL(pieces.size(), 1u);
  CAF_CHECK_EQUAL(pieces[0].frames, 1u);
}

CAF_TEST(a start that a file had is not free) {
  ledger.piece_opened(0, 1000, "1000");
  ledger.piece_closed(1001, "1000-1001"); // Without a frame.
  CAF_CHECK_EQUAL(ledger.free_start(1000), 999);
  CAF_CHECK_EQUAL(ledger.free_start(1001), 1001);
}

CAF_TEST(an error stays until a frame that was written since is durable) {
  ledger.failed("disk full", 7);
  ledger.durable(8); // Of what was written before.
  ledger.piece_opened(0, 1000, "1000");
  write(1, 1);
  CAF_CHECK_EQUAL(ledger.look().last_error, "disk full");
  CAF_CHECK_EQUAL(ledger.look().last_trouble.text, "");
  ledger.durable(9);
  CAF_CHECK_EQUAL(ledger.look().last_error, "");
  CAF_CHECK_EQUAL(ledger.look().last_trouble.text, "disk full");
  CAF_CHECK_EQUAL(+ledger.look().last_trouble.at_ns, 7);
}

CAF_TEST(the way to the disk is timed once for each frame) {
  ledger.piece_opened(0, 1000, "1000");
  auto x = new_frame(1, 1, 10);
  x->receive_ns = 1'000'000'000;
  ledger.written(*x);
  CAF_CHECK_EQUAL(ledger.to_durable().total, 0u);
  ledger.durable(1'400'000'000);
  ledger.durable(1'900'000'000);
  auto found = ledger.to_durable();
  CAF_CHECK_EQUAL(found.total, 1u);
  CAF_CHECK_EQUAL(found.sum_ns, 400'000'000);
}

CAF_TEST(of frames that never become durable a bounded number is kept) {
  ledger.piece_opened(0, 1000, "1000");
  write(1, recording_ledger::max_undurable + 5);
  ledger.durable(1);
  CAF_CHECK_EQUAL(ledger.to_durable().total, recording_ledger::max_undurable);
}

CAF_TEST_FIXTURE_SCOPE_END()
