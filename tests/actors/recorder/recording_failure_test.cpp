#define CAF_SUITE recording_failure
#include "tests/camnode_test.hpp"

#include "messages/disk/file_names.hpp"
#include "tests/actors/recorder/recording_failure_fixture.hpp"

#include <set>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(recording_failure_tests, recording_failure_fixture)

CAF_TEST(a full disk ends the recorder with write_failed) {
  record();
  see(100, 1);
  disk.full = true;
  see(200, 2);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::write_failed);
  CAF_CHECK_EQUAL(ledger->look().last_error, "write failed: disk full");
  CAF_CHECK_EQUAL(ledger->look().written, 1u);
  CAF_CHECK_EQUAL(written(), texts{"0-101: 1"});
}

CAF_TEST(a disk that cannot promise ends the recorder with sync_failed) {
  record();
  disk.forgets = true;
  see(100, 1);
  advance(1s);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::sync_failed);
}

CAF_TEST(frames that the disk did not promise are written again) {
  record();
  see(100, 1);
  advance(1s);
  disk.forgets = true;
  see(1'100, 2);
  see_after_gap(1'200, 5, {3, 4, loss_place::network});
  advance(1s);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK_EQUAL(ledger->look().written, 1u);
  CAF_CHECK_EQUAL(ledger->look().durable, 1u);
  CAF_CHECK(losses().empty());
  CAF_CHECK_EQUAL(written(), texts{"0-101: 1"});
  disk.forgets = false;
  record();
  end(testee);
  CAF_CHECK_EQUAL(written(), (texts{"0-101: 1", "1100-1201: 2 5"}));
  CAF_CHECK_EQUAL(losses(), texts{"3-4 of 1: network"});
  check_books(5);
}

CAF_TEST(a piece that was left open is completed with its session) {
  leave_piece();
  record();
  see(200, 2);
  stop_at(1'000);
  CAF_CHECK(completed.empty());
  see(1'000, 3);
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(completed, texts{"0"});
  auto pieces = ledger->pieces();
  CAF_REQUIRE_EQUAL(pieces.size(), 2u);
  CAF_CHECK_EQUAL(pieces[0].file, piece_stem(start_ms, start_ms + 1));
  CAF_CHECK_EQUAL(pieces[0].end_ms, start_ms + 1);
  CAF_CHECK_EQUAL(ledger->look().last_error, "");
}

CAF_TEST(of pieces that were left open the last one is completed first) {
  leave_piece();
  ledger->piece_opened(0, start_ms + 150, "150");
  record();
  see(200, 2);
  stop_at(1'000);
  see(1'000, 3);
  advance(beat);
  CAF_CHECK_EQUAL(completed, (texts{"150", "0"}));
}

CAF_TEST(a piece that cannot be completed is told and left open) {
  leave_piece();
  record();
  disk.forgets = true;
  stop_at(1'000);
  see(1'000, 2);
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(completed, texts{"0"});
  auto pieces = ledger->pieces();
  CAF_REQUIRE_EQUAL(pieces.size(), 1u);
  CAF_CHECK_EQUAL(pieces[0].end_ms, 0);
  auto told = ledger->look().last_error;
  CAF_CHECK(told.find("gone") != told.npos);
}

CAF_TEST(a piece has a name of its own whatever became of others) {
  record();
  see(100, 1);
  advance(1s);
  for (int life = 0; life < 3; ++life) {
    disk.forgets = true;
    see(1'100 + life, 2 + static_cast<uint64_t>(life));
    advance(1s);
    disk.forgets = false;
    record();
  }
  end(testee);
  std::set<int64_t> starts;
  for (auto& x : disk.pieces)
    CAF_CHECK(starts.insert(x.start_ms).second);
  CAF_CHECK_EQUAL(ledger->look().written, 4u);
}

CAF_TEST(a piece that cannot be opened ends the recorder) {
  disk.broken = true;
  record();
  see(100, 1);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::open_failed);
  CAF_CHECK_EQUAL(ledger->look().last_error, "open failed: broken");
}

CAF_TEST(a piece whose name is taken begins a little before) {
  disk.taken = {start_ms, start_ms - 1};
  record();
  see(100, 1);
  CAF_CHECK(ends.empty());
  CAF_CHECK_EQUAL(written(), texts{"-2-: 1"});
  CAF_CHECK_EQUAL(+ledger->pieces().at(0).start_ms, start_ms - 2);
}

CAF_TEST(a piece without a frame does not end before it begins) {
  record();
  see(100, 1);
  disk.full = true;
  see(10'100, 2);
  CAF_CHECK_EQUAL(written(), (texts{"0-10000: 1", "10000-10001:"}));
}

CAF_TEST(the frame that a full disk refused is written later) {
  record();
  see(100, 1);
  disk.full = true;
  see(200, 2);
  see(300, 3);
  record();
  CAF_CHECK_EQUAL(ends.size(), 2u);
  disk.full = false;
  record();
  CAF_CHECK_EQUAL(ledger->look().written, 3u);
  CAF_CHECK(losses().empty());
  check_books(3);
}

CAF_TEST(a gap in front of a refused frame is counted once) {
  record();
  see(100, 1);
  disk.full = true;
  see_after_gap(600, 6, {2, 5, loss_place::network});
  record();
  record();
  disk.full = false;
  record();
  CAF_CHECK_EQUAL(losses(), texts{"2-5 of 1: network"});
  check_books(6);
}

CAF_TEST_FIXTURE_SCOPE_END()
