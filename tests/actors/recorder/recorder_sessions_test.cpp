#define CAF_SUITE recorder_sessions
#include "tests/camnode_test.hpp"

#include "tests/actors/recorder/recorder_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(recorder_sessions_tests, recorder_fixture)

CAF_TEST(a session that was over before the recorder came is left alone) {
  start_recorder();
  push(frame_at(100, 1));
  stop_at(5'000);
  advance(2s);
  CAF_CHECK(disk.pieces.empty());
  CAF_CHECK(!finished());
}

CAF_TEST(an old session is finished when a new one begins) {
  record();
  see(1'000, 1);
  auto next = session;
  next.start_ms += 4'000;
  next.anchor_mono_ns += 4'000 * ms;
  see(3'999, 2);
  tell(testee, next);
  see(4'000, 3);
  CAF_CHECK_EQUAL(written(), (texts{"0-4000: 1 2", "4000-: 3"}));
  auto x = ledger->look();
  CAF_CHECK_EQUAL(x.session_ms, next.start_ms);
  CAF_CHECK_EQUAL(x.written, 1u);
  CAF_CHECK_EQUAL(x.lost, 0u);
}

CAF_TEST(one session follows the other) {
  record();
  see(1'000, 1);
  stop_at(2'000);
  see(2'500, 2);
  advance(3s);
  CAF_REQUIRE(finished());
  auto next = session;
  next.start_ms += 3'000;
  next.anchor_mono_ns += 3'000 * ms;
  next.stop_ms = 0;
  tell(testee, next);
  see(3'500, 3);
  CAF_CHECK_EQUAL(written(), (texts{"0-2000: 1", "3000-: 3"}));
  CAF_CHECK(losses().empty());
}

CAF_TEST(what the ring has of a session is written though the next one began) {
  record();
  ledger->keep(start_ms);
  for (uint64_t i = 1; i <= 300; ++i) // More than one turn takes.
    push(frame_at(static_cast<int64_t>(10 * i), i));
  auto next = session;
  next.start_ms += 2'000;
  next.anchor_mono_ns += 2'000 * ms;
  session.stop_ms = start_ms + 1'500;
  caf::anon_send(testee, session);
  caf::anon_send(testee, next);
  sched.run();
  auto before = ledger->snapshot(start_ms);
  CAF_CHECK_EQUAL(+before->look().written, 149u);
  CAF_CHECK(!before->look().end_unknown);
  CAF_REQUIRE_EQUAL(before->pieces().size(), 1u);
  CAF_CHECK_EQUAL(+before->pieces()[0].end_ms, start_ms + 1'500);
  CAF_CHECK_EQUAL(+ledger->look().session_ms, next.start_ms);
  CAF_CHECK_EQUAL(+ledger->look().written, 101u);
  CAF_CHECK_EQUAL(+ledger->pieces().at(0).first_sequence, 200u);
  CAF_CHECK(losses().empty());
}

CAF_TEST(what the ring let go of before the next session began is named) {
  ring = std::make_shared<frame_ring>(
    frame_ring::limits{size_t{1} << 30, std::chrono::milliseconds{100}});
  record();
  see(1'000, 1);
  ledger->keep(start_ms);
  auto next = session;
  next.start_ms += 2'000;
  next.anchor_mono_ns += 2'000 * ms;
  session.stop_ms = start_ms + 1'500;
  ring->push(frame_at(2'100, 2), now_ns + 1'100 * ms);
  ring->push(frame_at(4'000, 3), now_ns + 3'000 * ms);
  caf::anon_send(testee, session);
  caf::anon_send(testee, next);
  sched.run();
  CAF_CHECK_EQUAL(+ledger->look().written, 1u);
  CAF_CHECK_EQUAL(+ledger->look().lost, 0u); // It is counted once.
  auto before = ledger->snapshot(start_ms);
  CAF_REQUIRE_EQUAL(before->losses().size(), 1u);
  CAF_CHECK_EQUAL(+before->losses()[0].first, 2u);
  CAF_CHECK_EQUAL(+before->losses()[0].last, 2u);
  CAF_CHECK(before->losses()[0].place == loss_place::client_ring);
}

CAF_TEST(a gap that ends one session is not in the next one too) {
  record();
  ledger->keep(start_ms);
  see(1'000, 1);
  stop->draw(start_ms, [] { return start_ms + 1'500; });
  see(2'100, 5); // Ends the session before the next one is heard of.
  auto next = session;
  next.start_ms += 2'000;
  next.anchor_mono_ns += 2'000 * ms;
  session.stop_ms = start_ms + 1'500;
  caf::anon_send(testee, session);
  caf::anon_send(testee, next);
  sched.run();
  auto before = ledger->snapshot(start_ms);
  CAF_CHECK_EQUAL(+before->look().lost, 3u);
  CAF_CHECK(!before->look().end_unknown);
  CAF_CHECK_EQUAL(+ledger->look().lost, 0u);
  CAF_CHECK_EQUAL(+ledger->look().written, 1u);
}

CAF_TEST(the stop of a session holds though others have ended since) {
  record();
  stop->draw(start_ms, [] { return start_ms + 100; });
  for (int64_t i = 1; i < 9; ++i)
    stop->draw(start_ms + i * 1'000, [i] { return start_ms + i * 1'000 + 1; });
  see(50, 1);
  see(100, 2); // Before the news of any of that.
  CAF_CHECK_EQUAL(written(), texts{"0-: 1"});
}

CAF_TEST_FIXTURE_SCOPE_END()
