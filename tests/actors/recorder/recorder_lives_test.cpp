#define CAF_SUITE recorder_lives
#include "tests/camnode_test.hpp"

#include "tests/actors/recorder/recording_failure_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(recorder_lives_tests, recording_failure_fixture)

CAF_TEST(a new recorder goes on after the last frame written) {
  record();
  for (uint64_t i = 1; i <= 5; ++i)
    see(static_cast<int64_t>(i) * 100, i);
  end(testee, caf::exit_reason::kill);
  for (uint64_t i = 6; i <= 9; ++i)
    push(frame_at(static_cast<int64_t>(i) * 100, i));
  record();
  see(1'000, 10);
  end(testee);
  CAF_CHECK_EQUAL(written(),
                  (texts{"0-501: 1 2 3 4 5", "600-1001: 6 7 8 9 10"}));
  CAF_CHECK(losses().empty());
  check_books(10);
}

CAF_TEST(the next cut after a restart has its own name again) {
  record();
  see(100, 1);
  restart();
  see(9'000, 2);
  see(10'000, 3);
  CAF_CHECK_EQUAL(written(), (texts{"0-101: 1", "9000-10000: 2", "10000-: 3"}));
}

CAF_TEST(frames that went while there was no recorder are lost in our ring) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1'000, 1h});
  record();
  see(10, 1);
  end(testee, caf::exit_reason::kill);
  for (uint64_t i = 2; i <= 30; ++i)
    push(frame_at(static_cast<int64_t>(i) * 10, i));
  record();
  CAF_CHECK_EQUAL(losses(), texts{"2-20 of 1: client ring"});
  check_books(30);
}

CAF_TEST(a stop is completed by the next recorder) {
  record();
  see(100, 1);
  end(testee, caf::exit_reason::kill);
  push(frame_at(200, 2));
  session.stop_ms = start_ms + 1'000;
  record();
  advance(3s);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(written(), (texts{"0-101: 1", "200-1000: 2"}));
}

CAF_TEST(a refused frame is counted once over a restart) {
  record();
  disk.bad_sequence = 2;
  see(100, 1);
  see(200, 2);
  restart();
  see(300, 3);
  check_books(3);
}

CAF_TEST(a life that comes to the next session closes the books before) {
  leave_piece();
  ledger->keep(start_ms);
  start_recorder();
  auto next = session;
  next.start_ms += 2'000;
  next.anchor_mono_ns += 2'000 * ms;
  tell(testee, next);
  CAF_CHECK_EQUAL(completed, texts{"0"});
  auto before = ledger->snapshot(start_ms);
  CAF_CHECK(before->look().end_unknown);
  CAF_CHECK(!before->has_open_piece());
  CAF_CHECK_EQUAL(+ledger->look().session_ms, next.start_ms);
}

CAF_TEST(a life that comes when the next session is stopped closes the books) {
  leave_piece();
  start_recorder();
  auto next = session;
  next.start_ms += 2'000;
  next.stop_ms = start_ms + 3'000;
  tell(testee, next);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(+ledger->look().session_ms, start_ms);
  CAF_CHECK_EQUAL(completed, texts{"0"});
}

CAF_TEST(a life with three sessions to finish writes each of them) {
  std::vector<session_info> sessions(3, session);
  record();
  see(100, 1);
  advance(1s);
  for (int64_t i = 0; i < 3; ++i) {
    auto& x = sessions[static_cast<size_t>(i)];
    x.start_ms += i * 1'000;
    x.anchor_mono_ns += i * 1'000 * ms;
    ledger->announce(x); // The first one is open already.
    ledger->keep(x.start_ms);
    if (i < 2)
      x.stop_ms = x.start_ms + 500;
  }
  for (uint64_t i = 2; i <= 30; ++i)
    push(frame_at(static_cast<int64_t>(i) * 100, i));
  end(testee, caf::exit_reason::kill); // Held up since, and ended.
  start_recorder();
  for (auto& x : sessions)
    caf::anon_send(testee, x);
  sched.run();
  auto one = ledger->snapshot(start_ms);
  auto two = ledger->snapshot(start_ms + 1'000);
  CAF_CHECK_EQUAL(+one->look().written, 4u); // 100 to 400 ms.
  CAF_CHECK_EQUAL(+two->look().written, 5u); // 1000 to 1400 ms.
  CAF_CHECK_EQUAL(+ledger->look().written, 11u);
  for (auto& x : {one, two, ledger}) {
    CAF_CHECK_EQUAL(+x->look().lost, 0u);
    CAF_CHECK(!x->look().end_unknown);
  }
  CAF_CHECK(!ledger->has_to_finish(start_ms + 1'000));
}

CAF_TEST(a life that is late for a session names what the ring let go of) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{500, 1h});
  record();
  see(100, 1);
  auto next = session;
  next.start_ms += 1'000;
  next.anchor_mono_ns += 1'000 * ms;
  ledger->announce(next);
  stop_at(500);
  for (uint64_t i = 2; i <= 30; ++i)
    push(frame_at(static_cast<int64_t>(i) * 100, i));
  advance(1s); // The first one is finished, all else has left the ring.
  CAF_CHECK(finished());
  auto told = ledger->look().lost;
  CAF_CHECK(ledger->is_announced(next.start_ms));
  restart_with(next);
  CAF_CHECK_EQUAL(+ledger->look().session_ms, next.start_ms);
  CAF_CHECK_EQUAL(told + ledger->look().lost + ledger->look().written, 29u);
}

CAF_TEST_FIXTURE_SCOPE_END()
