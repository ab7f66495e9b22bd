#define CAF_SUITE kept_books
#include "tests/camnode_test.hpp"

#include "tests/actors/shared/ledger_fixture.hpp"

using namespace camnode;
using namespace camnode_test;

CAF_TEST_FIXTURE_SCOPE(kept_books_tests, ledger_fixture)

CAF_TEST(another session has empty books) {
  ledger.piece_opened(0, 1000, "1000");
  write(1, 3);
  lose(4, 4);
  ledger.durable(5);
  ledger.failed("disk full");
  ledger.finish();
  ledger.begin(session_at(2000));
  auto x = ledger.look();
  CAF_CHECK(x.state == ledger_figures::phase::recording);
  CAF_CHECK_EQUAL(x.session_ms, 2000);
  CAF_CHECK_EQUAL(x.written, 0u);
  CAF_CHECK_EQUAL(x.durable_ns, 0);
  CAF_CHECK_EQUAL(x.lost, 0u);
  CAF_CHECK_EQUAL(x.last_error, "");
  CAF_CHECK(!x.last);
  CAF_CHECK(ledger.pieces().empty());
  CAF_CHECK(ledger.losses().empty());
}

CAF_TEST(books that are to be kept are there when others are opened) {
  ledger.keep(1000);
  ledger.piece_opened(0, 1000, "1000");
  write(1, 3);
  lose(4, 4);
  ledger.piece_closed(1060, "1000-1060");
  ledger.finish();
  ledger.begin(session_at(2000));
  write(9, 9);
  auto kept = ledger.snapshot(1000);
  auto x = kept->look();
  CAF_CHECK(x.state == ledger_figures::phase::finished);
  CAF_CHECK_EQUAL(x.session_ms, 1000);
  CAF_CHECK_EQUAL(x.written, 3u);
  CAF_CHECK_EQUAL(x.lost, 1u);
  CAF_CHECK(!x.end_unknown);
  CAF_CHECK(!kept->has_open_piece());
  CAF_REQUIRE_EQUAL(kept->pieces().size(), 1u);
  CAF_CHECK_EQUAL(kept->losses().size(), 1u);
  ledger.forget(1000);
  CAF_CHECK_EQUAL(+ledger.snapshot(1000)->look().session_ms, 0);
}

CAF_TEST(books that nobody finished have an end that nobody knows) {
  ledger.keep(1000);
  ledger.piece_opened(0, 1000, "1000");
  write(1, 3);
  ledger.begin(session_at(2000));
  auto kept = ledger.snapshot(1000);
  CAF_CHECK(kept->look().end_unknown);
  CAF_CHECK(kept->look().state == ledger_figures::phase::finished);
  CAF_CHECK(kept->has_open_piece());
}

CAF_TEST(books that nobody asked for are not kept) {
  ledger.begin(session_at(2000));
  ledger.keep(1000); // Too late.
  ledger.begin(session_at(3000));
  CAF_CHECK_EQUAL(+ledger.snapshot(1000)->look().session_ms, 0);
  CAF_CHECK_EQUAL(+ledger.snapshot(2000)->look().session_ms, 0);
}

CAF_TEST(a session is announced to who is at an earlier one) {
  ledger.announce(session_at(2000));
  ledger.announce(session_at(3000));
  CAF_CHECK_EQUAL(+ledger.look().session_ms, 1000);
  CAF_CHECK(ledger.has_to_finish(1000));
  CAF_CHECK(ledger.has_to_finish(2000));
  CAF_CHECK(!ledger.is_done_with(1000));
  CAF_CHECK(!ledger.is_done_with(3000));
  ledger.finish();
  CAF_CHECK(ledger.is_done_with(1000));
  CAF_CHECK(!ledger.is_done_with(2000)); // It will come to that.
  ledger.announce(session_at(4000));     // Passes nobody by.
  CAF_CHECK_EQUAL(+ledger.look().session_ms, 1000);
  ledger.begin(session_at(2000));
  CAF_CHECK(!ledger.is_announced(2000));
  CAF_CHECK(ledger.is_announced(3000));
  ledger.begin(session_at(4000)); // Nobody comes back to an earlier one.
  CAF_CHECK(!ledger.has_to_finish(3000));
  ledger.finish();
  CAF_CHECK(!ledger.has_any_to_finish());
  ledger.announce(session_at(5000));
  CAF_CHECK_EQUAL(+ledger.look().session_ms, 5000);
}

CAF_TEST(announcements are bounded) {
  for (int64_t i = 2; i < 100; ++i)
    ledger.announce(session_at(i * 1000));
  size_t n = 0;
  for (int64_t i = 2; i < 100; ++i)
    n += ledger.has_to_finish(i * 1000);
  CAF_CHECK_EQUAL(n, recording_ledger::max_announced);
  CAF_CHECK(ledger.has_to_finish(99'000));
}

CAF_TEST(a snapshot has the books of its session and does not change) {
  ledger.piece_opened(0, 1000, "1000");
  write(1, 3);
  auto open = ledger.snapshot(1000);
  ledger.keep(1000);
  lose(4, 5);
  ledger.piece_closed(1060, "1000-1060");
  ledger.finish();
  ledger.begin(session_at(2000));
  CAF_CHECK_EQUAL(+open->look().written, 3u);
  CAF_CHECK_EQUAL(+open->look().lost, 0u);
  CAF_CHECK(!open->is_done_with(1000));
  auto kept = ledger.snapshot(1000);
  CAF_CHECK_EQUAL(+kept->look().lost, 2u);
  CAF_CHECK(kept->is_done_with(1000));
  auto none = ledger.snapshot(500);
  CAF_CHECK_EQUAL(+none->look().session_ms, 0);
  CAF_CHECK(none->is_done_with(500));
}

CAF_TEST_FIXTURE_SCOPE_END()
