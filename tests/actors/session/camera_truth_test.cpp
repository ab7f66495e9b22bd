#define CAF_SUITE camera_truth
#include "tests/camnode_test.hpp"

#include "actors/session/session_report.hpp"

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1'000 * ms;
constexpr int64_t start_ms = 1'800'000'000'000;
constexpr int64_t anchor_ns = 500 * s;

struct fixture {
  fixture() {
    session.start_ms = start_ms;
    session.anchor_mono_ns = anchor_ns;
  }

  std::string truth_at(int64_t since_start_ns,
                       const ledger_figures& books) const {
    return camera_truth(books, session, anchor_ns + since_start_ns);
  }

  session_info session;
};

ledger_figures books_with(int64_t durable_ns) {
  ledger_figures x;
  x.session_ms = start_ms;
  x.state = ledger_figures::phase::recording;
  x.durable_ns = durable_ns;
  return x;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(camera_truth_tests, fixture)

CAF_TEST(without a session every camera is idle) {
  CAF_CHECK_EQUAL(camera_truth(books_with(anchor_ns), {}, anchor_ns), "idle");
}

CAF_TEST(a camera starts for as long as the window and is stalled then) {
  auto none = books_with(0);
  CAF_CHECK_EQUAL(truth_at(0, none), "starting");
  CAF_CHECK_EQUAL(truth_at(truth_window_ns, none), "starting");
  CAF_CHECK_EQUAL(truth_at(truth_window_ns + 1, none), "stalled");
}

CAF_TEST(a camera records for as long as its bytes are fresh) {
  auto books = books_with(anchor_ns + 60 * s);
  CAF_CHECK_EQUAL(truth_at(60 * s, books), "recording");
  CAF_CHECK_EQUAL(truth_at(60 * s + truth_window_ns, books), "recording");
  CAF_CHECK_EQUAL(truth_at(60 * s + truth_window_ns + 1, books), "stalled");
}

CAF_TEST(a slow camera may take as long as it does from frame to frame) {
  auto books = books_with(anchor_ns + 60 * s);
  auto at = [&](int64_t age_ns, int64_t pause_ns) {
    return camera_truth(books, session, anchor_ns + 60 * s + age_ns, pause_ns);
  };
  CAF_CHECK_EQUAL(at(truth_window_ns + 1, 0), "stalled");
  CAF_CHECK_EQUAL(at(truth_window_ns + 1 * s, 1 * s), "recording");
  CAF_CHECK_EQUAL(at(truth_window_ns + 1 * s + 1, 1 * s), "stalled");
}

CAF_TEST(bytes of an earlier session prove nothing) {
  auto books = books_with(anchor_ns - 100 * ms);
  books.session_ms = start_ms - 5000;
  CAF_CHECK_EQUAL(truth_at(0, books), "starting");
  CAF_CHECK_EQUAL(truth_at(2 * s, books), "stalled");
  books.state = ledger_figures::phase::finished;
  CAF_CHECK_EQUAL(truth_at(2 * s, books), "stalled");
}

CAF_TEST(a finished camera stays finished) {
  auto books = books_with(anchor_ns + 1 * s);
  books.state = ledger_figures::phase::finished;
  CAF_CHECK_EQUAL(truth_at(1 * s, books), "finished");
  CAF_CHECK_EQUAL(truth_at(900 * s, books), "finished");
}

CAF_TEST_FIXTURE_SCOPE_END()
