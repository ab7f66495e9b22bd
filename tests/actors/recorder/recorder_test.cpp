#define CAF_SUITE recorder
#include "tests/camnode_test.hpp"

#include "tests/actors/recorder/recorder_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(recorder_tests, recorder_fixture)

CAF_TEST(frames are written at the next beat without a message about them) {
  record();
  for (uint64_t i = 1; i <= 3; ++i)
    push(frame_at(static_cast<int64_t>(i) * 10, i));
  CAF_CHECK_EQUAL(ledger->look().written, 0u);
  advance(beat);
  CAF_CHECK_EQUAL(ledger->look().written, 3u);
}

CAF_TEST(without a session there is no beat) {
  start_recorder();
  CAF_CHECK(!sched.has_pending_timeout());
  record();
  CAF_CHECK(sched.has_pending_timeout());
}

CAF_TEST(without a session nothing is written) {
  start_recorder();
  for (uint64_t i = 1; i <= 3; ++i)
    see(0, i);
  advance(1s);
  CAF_CHECK(disk.pieces.empty());
  CAF_CHECK(ledger->look().state == ledger_figures::phase::idle);
}

CAF_TEST(frames land in the segment of their capture time) {
  record();
  see(0, 1);
  see(9'999, 2);
  see(10'000, 3);
  see(19'999, 4);
  see(20'000, 5);
  stop_at(25'000);
  see(25'000, 6);
  advance(beat);
  CAF_CHECK_EQUAL(written(), (texts{"0-10000: 1 2", "10000-20000: 3 4",
                                    "20000-25000: 5"}));
  CAF_CHECK(finished());
}

CAF_TEST(the last nanosecond before a cut is before it) {
  record();
  auto before = frame_at(10'000, 1);
  before->capture_mono_ns -= 1;
  see(std::move(before));
  see(10'000, 2);
  end(testee);
  CAF_CHECK_EQUAL(written(), (texts{"0-10000: 1", "10000-10001: 2"}));
}

CAF_TEST(a frame is at its capture time on the session clock) {
  record();
  see(1'234, 1);
  CAF_CHECK_EQUAL(disk.pieces.front().frames.at(0).capture_ns,
                  (start_ms + 1'234) * ms);
  CAF_CHECK_EQUAL(disk.pieces.front().frames.at(0).flags, 0u);
}

CAF_TEST(segments without frames are left out) {
  record();
  see(500, 1);
  see(35'000, 2);
  CAF_CHECK_EQUAL(written(), (texts{"0-10000: 1", "30000-: 2"}));
  auto pieces = ledger->pieces();
  CAF_CHECK_EQUAL(pieces.back().index, 3u);
}

CAF_TEST(a camera that joins late has the names of the others) {
  record();
  see(17'000, 1);
  CAF_CHECK_EQUAL(written(), texts{"10000-: 1"});
}

CAF_TEST(frames from before the start are left out and no loss) {
  for (uint64_t i = 1; i <= 5; ++i)
    push(frame_at(-1'000 + static_cast<int64_t>(i) * 250, i));
  record();
  CAF_CHECK_EQUAL(written(), texts{"0-: 4 5"});
  CAF_CHECK_EQUAL(ledger->look().lost, 0u);
}

CAF_TEST(what the ring let go of from before the start is no loss) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1 << 20, 1s});
  for (uint64_t i = 1; i <= 10; ++i) // 1 to 4 are of before the start.
    ring->push(frame_at(static_cast<int64_t>(i) * 100 - 500, i),
               now_ns + static_cast<int64_t>(i) * 200 * ms);
  record();
  CAF_CHECK_EQUAL(written(), texts{"0-: 5 6 7 8 9 10"});
  CAF_CHECK_EQUAL(ledger->look().lost, 0u);
}

CAF_TEST(what came and went before a recorder looked is a loss) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1 << 20, 1s});
  for (uint64_t i = 1; i <= 10; ++i)
    ring->push(frame_at(static_cast<int64_t>(i) * 100 - 300, i),
               now_ns + static_cast<int64_t>(i) * 200 * ms);
  record();
  CAF_CHECK_EQUAL(written(), texts{"0-: 5 6 7 8 9 10"});
  CAF_CHECK_EQUAL(ledger->look().lost, 2u); // 3 and 4.
}

CAF_TEST(what came and went after the stop is no loss) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1 << 20, 1s});
  record();
  stop_at(1'000);
  for (uint64_t i = 1; i <= 10; ++i)
    ring->push(frame_at(static_cast<int64_t>(i) * 100 + 1'000, i),
               now_ns + static_cast<int64_t>(i) * 1'200 * ms);
  advance(beat);
  CAF_CHECK(written().empty());
  CAF_CHECK_EQUAL(ledger->look().lost, 0u);
}

CAF_TEST(what came and went before the first frame was read is a loss) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1 << 20, 1s});
  record();
  for (uint64_t i = 1; i <= 10; ++i)
    ring->push(frame_at(static_cast<int64_t>(i) * 100, i),
               now_ns + static_cast<int64_t>(i) * 1'200 * ms);
  advance(beat);
  CAF_CHECK_EQUAL(written(), texts{"0-: 5 6 7 8 9 10"});
  CAF_CHECK_EQUAL(ledger->look().lost, 4u);
}

CAF_TEST(frames that wait in the ring are all written) {
  for (uint64_t i = 1; i <= 1'000; ++i)
    push(frame_at(static_cast<int64_t>(i) * 30, i));
  record();
  CAF_CHECK_EQUAL(ledger->look().written, 1'000u);
  uint64_t expected = 0;
  for (auto& piece : disk.pieces)
    for (auto& x : piece.frames)
      CAF_REQUIRE_EQUAL(x.sequence, ++expected);
  CAF_CHECK_EQUAL(expected, 1'000u);
}

CAF_TEST(another size of picture makes a piece named by its time) {
  record();
  see(100, 1);
  auto wide = frame_at(4'321, 2);
  wide->width = 640;
  see(std::move(wide));
  see(12'000, 3);
  CAF_CHECK_EQUAL(written(),
                  (texts{"0-4321: 1", "4321-10000: 2", "10000-: 3"}));
  CAF_CHECK_EQUAL(disk.pieces.front().width, 64u);
  CAF_CHECK_EQUAL((++disk.pieces.begin())->width, 640u);
}

CAF_TEST(time that goes backwards is adjusted and flagged) {
  record();
  see(5'000, 1);
  see(4'000, 2);
  see(5'000, 3);
  see(5'100, 4);
  auto& frames = disk.pieces.front().frames;
  CAF_REQUIRE_EQUAL(frames.size(), 4u);
  auto first_ns = (start_ms + 5'000) * ms;
  CAF_CHECK_EQUAL(frames[1].capture_ns, first_ns + 1'000);
  CAF_CHECK_EQUAL(frames[1].flags, uint32_t{frame::time_adjusted});
  CAF_CHECK_EQUAL(frames[1].moved_ns, 1'000 * ms + 1'000);
  CAF_CHECK_EQUAL(frames[2].capture_ns, first_ns + 2'000);
  CAF_CHECK_EQUAL(frames[3].capture_ns, (start_ms + 5'100) * ms);
  CAF_CHECK_EQUAL(frames[3].flags, 0u);
  CAF_CHECK_EQUAL(frames[3].moved_ns, 0);
}

CAF_TEST(flags of a frame are kept beside ours) {
  record();
  see(5'000, 1);
  auto x = frame_at(5'000, 2);
  x->flags = frame::receive_time_only;
  see(std::move(x));
  CAF_CHECK_EQUAL(disk.pieces.front().frames.at(1).flags,
                  frame::receive_time_only | frame::time_adjusted);
}

CAF_TEST(time does not go backwards over a cut) {
  record();
  see(10'001, 1);
  see(9'990, 2);
  CAF_CHECK_EQUAL(written(), texts{"10000-: 1 2"});
}

CAF_TEST(what is written is durable within a second) {
  record();
  for (uint64_t i = 1; i <= 199; ++i) {
    see(static_cast<int64_t>(i) * 50, i);
    advance(50ms);
    auto x = ledger->look();
    CAF_REQUIRE(x.written - x.durable < 1000 / 50);
  }
  auto& first = disk.pieces.front();
  CAF_CHECK(first.syncs >= 10);
  CAF_CHECK(first.syncs <= 21);
  CAF_CHECK(ledger->look().durable > 180);
}

CAF_TEST(durable in the books is durable on the disk) {
  record();
  for (uint64_t i = 1; i <= 100; ++i) {
    see(static_cast<int64_t>(i) * 200, i);
    advance(50ms);
    size_t synced = 0;
    for (auto& piece : disk.pieces)
      synced += piece.synced;
    CAF_REQUIRE(ledger->look().durable <= synced);
  }
  CAF_CHECK(ledger->look().durable > 50);
}

CAF_TEST(a camera that is silent is not synced again and again) {
  record();
  see(100, 1);
  advance(5s);
  CAF_CHECK_EQUAL(disk.pieces.front().syncs, 1);
  CAF_CHECK_EQUAL(ledger->look().durable, 1u);
}

CAF_TEST(the piece of a silent camera is closed after the patience) {
  record();
  see(100, 1);
  advance(24'900ms);
  CAF_CHECK_EQUAL(written(), texts{"0-: 1"});
  advance(2 * beat);
  CAF_CHECK_EQUAL(written(), texts{"0-10000: 1"});
  CAF_CHECK(!finished());
  see(9'000, 2); // Out of a server's ring, after all.
  see(25'300, 3);
  CAF_CHECK_EQUAL(written(),
                  (texts{"0-10000: 1", "9000-10000: 2", "20000-: 3"}));
}

CAF_TEST(a recorder that is told to end completes its piece) {
  record();
  see(100, 1);
  see(200, 2);
  end(testee);
  CAF_CHECK_EQUAL(written(), texts{"0-201: 1 2"});
  CAF_CHECK_EQUAL(ledger->look().durable, 2u);
  CAF_CHECK(!finished());
}

CAF_TEST(the tree says what the recorder does) {
  start_recorder();
  CAF_CHECK_EQUAL(figures("recorder").state, "idle");
  tell(testee, session);
  advance(beat);
  CAF_CHECK_EQUAL(figures("recorder").state, "waiting for frames");
  see(12'000, 1);
  advance(1s);
  CAF_CHECK_EQUAL(figures("recorder").state,
                  "recording segment 1, 1 frames durable");
}

CAF_TEST(the ring keeps what is not durable beyond its age) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1 << 20, 1s});
  record();
  see(100, 1);
  see(200, 2);
  advance(700ms);                  // Both are durable.
  for (uint64_t i = 3; i < 6; ++i) // No beat comes: a disk that takes long.
    ring->push(frame_at(900, i), now_ns + static_cast<int64_t>(i) * 1'000 * ms);
  CAF_CHECK_EQUAL(ring->oldest_position(), 1u);
  CAF_CHECK_EQUAL(ring->end_position(), 5u);
}

CAF_TEST_FIXTURE_SCOPE_END()
