#define CAF_SUITE recorder_stop
#include "tests/camnode_test.hpp"

#include "tests/actors/recorder/recorder_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(recorder_stop_tests, recorder_fixture)

CAF_TEST(frames that were captured before the stop may come late) {
  record();
  see(1'000, 1);
  advance(2s);
  stop_at(2'000);
  advance(900ms);
  CAF_CHECK(!finished());
  see(1'999, 2);
  advance(900ms);
  CAF_CHECK(!finished()); // The next one may come, too.
  advance(2 * beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(written(), texts{"0-2000: 1 2"});
}

CAF_TEST(a frame from after the stop ends the wait and is not written) {
  record();
  see(1'000, 1);
  stop_at(2'000);
  see(2'000, 2);
  see(1'500, 3);
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(written(), texts{"0-2000: 1"});
}

CAF_TEST(frames from after the stop are left out before the news of it) {
  record();
  see(1'000, 1);
  stop->draw(start_ms, [] { return start_ms + 2'000; });
  see(1'999, 2);
  see(2'000, 3);
  see(2'040, 4);
  advance(1s);
  CAF_CHECK(!finished());
  stop_at(2'000);
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(written(), texts{"0-2000: 1 2"});
  CAF_CHECK(!ledger->look().end_unknown);
}

CAF_TEST(the stop of one session is not that of the next) {
  stop->draw(start_ms - 5'000, [] { return start_ms - 1'000; });
  record();
  see(1'000, 1);
  CAF_CHECK_EQUAL(written(), texts{"0-: 1"});
}

CAF_TEST(an end that was not seen is unknown) {
  record();
  see(1'000, 1);
  stop_at(2'000);
  see(2'000, 2);
  advance(beat);
  CAF_CHECK(!ledger->look().end_unknown);
  session.start_ms += 5'000;
  session.anchor_mono_ns += 5'000 * ms;
  session.stop_ms = 0;
  tell(testee, session);
  see(1'000, 3);
  advance(10s);
  stop_at(7'000);
  advance(2s);
  CAF_CHECK(finished());
  CAF_CHECK(ledger->look().end_unknown);
}

CAF_TEST(what is missing at the stop is known by the frame after it) {
  record();
  see(1'000, 1);
  stop_at(2'000);
  see_after_gap(2'100, 9, {2, 8, loss_place::server_ring});
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(losses(), texts{"2-8 of 1: server ring"});
}

CAF_TEST(a stop waits for a camera that may return with its frames) {
  away = true;
  record();
  see(1'000, 1);
  advance(2s);
  stop_at(2'000);
  advance(11s);
  CAF_CHECK(!finished());
  see(1'500, 2);
  see(2'000, 3);
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(written(), texts{"0-2000: 1 2"});
}

CAF_TEST(a stop waits while frames from before it come) {
  record();
  see(1'000, 1);
  advance(10s);
  stop_at(10'000);
  for (uint64_t i = 2; i <= 10; ++i) { // The server has answered, and sends on.
    advance(900ms);
    see(static_cast<int64_t>(i) * 1'000 - 500, i);
  }
  CAF_CHECK(!finished());
  see(10'000, 11);
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK(!ledger->look().end_unknown);
  CAF_CHECK_EQUAL(ledger->look().written, 10u);
}

CAF_TEST(a stop does not wait for ever while frames come) {
  record();
  see(1'000, 1);
  advance(10s);
  stop_at(10'000);
  for (uint64_t i = 2; i <= 16; ++i) {
    advance(900ms);
    see(1'000 + static_cast<int64_t>(i), i);
  }
  CAF_CHECK(finished());
  CAF_CHECK(ledger->look().end_unknown);
}

CAF_TEST(a camera that does not return is not waited for longer) {
  away = true;
  record();
  see(1'000, 1);
  advance(2s);
  stop_at(2'000);
  advance(12s + beat);
  CAF_CHECK(finished());
  CAF_CHECK(ledger->look().end_unknown);
}

CAF_TEST(a node that is ending waits for nobody who is away) {
  away = true;
  record();
  see(1'000, 1);
  advance(2s);
  session.hurry = true;
  stop_at(2'000);
  advance(500ms);
  CAF_CHECK(!finished());
  advance(beat);
  CAF_CHECK(finished());
}

CAF_TEST(frames written before the stop was heard of stay) {
  record();
  see(1'000, 1);
  see(2'050, 2);
  stop_at(2'000);
  see(2'100, 3);
  advance(beat);
  CAF_CHECK_EQUAL(written(), texts{"0-2051: 1 2"});
}

CAF_TEST(a stop waits until the ring has been read) {
  start_recorder();
  for (uint64_t i = 1; i <= 300; ++i)
    push(frame_at(static_cast<int64_t>(i), i));
  // As on a slow disk: the patience is over before the ring is read.
  session.stop_ms = start_ms + 1'000;
  auto open = session;
  open.stop_ms = 0;
  caf::anon_send(testee, open);
  caf::anon_send(testee, session);
  now_ns += 5'000 * ms;
  advance_time(5s);
  consume_messages();
  advance(beat);
  CAF_CHECK_EQUAL(ledger->look().written, 300u);
  CAF_CHECK(!finished()); // Whoever comes late waits as long as any.
  advance(1s);
  CAF_CHECK(finished());
}

CAF_TEST(a stop without any frame finishes the books) {
  record();
  advance(3s);
  stop_at(3'000);
  advance(1s + beat);
  CAF_CHECK(finished());
  CAF_CHECK(disk.pieces.empty());
}

CAF_TEST(a stop right at a cut leaves no piece after it) {
  record();
  see(9'000, 1);
  stop_at(10'000);
  see(10'000, 2);
  advance(beat);
  CAF_CHECK_EQUAL(written(), texts{"0-10000: 1"});
}

CAF_TEST_FIXTURE_SCOPE_END()
