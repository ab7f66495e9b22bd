#define CAF_SUITE marker_entry
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"
#include "nodes/client/marker_entry.hpp"

using namespace camnode;

namespace {

constexpr int64_t start_ms = 1'800'000'000'000;

struct fixture {
  fixture() {
    session.start_ms = start_ms;
    session.anchor_mono_ns = 5'000;
    log.clock = [this] {
      return session.anchor_mono_ns + after_ms * 1'000'000;
    };
    log.stop = std::make_shared<stop_line>();
  }

  /// Why a marker of that time is refused; empty: it is not.
  std::string why(int64_t at_ms, const std::string& payload = "door") {
    after_ms = at_ms;
    auto told = take_marker(payload, session, log);
    return told ? "" : reason_of(told.error());
  }

  session_info session;
  sensor_log_options log;
  int64_t after_ms = 0;
};

const std::string idle = "nothing is being recorded";

} // namespace

CAF_TEST_FIXTURE_SCOPE(marker_entry_tests, fixture)

CAF_TEST(a marker goes where those of the broker go) {
  CAF_CHECK_EQUAL(why(10), "");
  auto x = log.queue->pop();
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->topic, marker_topic);
  CAF_CHECK_EQUAL(x->payload, "door");
  CAF_CHECK_EQUAL(x->source, "api");
  CAF_CHECK_EQUAL(session.session_ns(x->arrival_ns),
                  (start_ms + 10) * 1'000'000);
}

CAF_TEST(a marker is taken up to the end of the session and not after it) {
  log.stop->draw(start_ms, [] { return start_ms + 1'000; });
  CAF_CHECK_EQUAL(why(999), ""); // That end is known already.
  CAF_CHECK_EQUAL(why(1'000), idle);
  session.stop_ms = start_ms + 1'000;
  CAF_CHECK_EQUAL(why(999), "");
  session = {};
  CAF_CHECK_EQUAL(why(999), idle);
}

CAF_TEST(what is no marker is refused) {
  CAF_CHECK_NOT_EQUAL(why(10, "{}"), "");
  CAF_CHECK(!log.queue->pop());
}

CAF_TEST_FIXTURE_SCOPE_END()
