#define CAF_SUITE disk_guard

#include "tests/camnode_test.hpp"

#include "actors/session/disk_guard.hpp"

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;
constexpr uint64_t mb = 1'000'000;

/// Cameras that deliver, and a disk with some room.
struct fixture {
  /// `seconds` pass, at `rate` bytes a second.
  void pass(int64_t seconds, uint64_t rate) {
    for (int64_t i = 0; i < seconds * 4; ++i) {
      testee.observe({{"cam-1", received}}, now_ns);
      now_ns += s / 4;
      received += rate / 4;
    }
  }

  std::optional<uint64_t> free = 600 * mb;
  int asked = 0;
  disk_guard testee{[this] {
    ++asked;
    return free;
  }};
  uint64_t received = 5000 * mb;
  int64_t now_ns = 77 * s;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(disk_guard_tests, fixture)

CAF_TEST(nothing is foreseen before there is a rate) {
  CAF_CHECK(!testee.look().known);
  testee.observe({{"cam-1", received}}, now_ns);
  CAF_CHECK(testee.look().known);
  CAF_CHECK_EQUAL(testee.look().free_bytes, 600 * mb);
  CAF_CHECK_EQUAL(testee.look().bytes_per_s, 0u);
  CAF_CHECK(!testee.look().ends_within(1'000'000));
}

CAF_TEST(the time that is left is the room by the rate) {
  pass(5, 10 * mb);
  CAF_CHECK_EQUAL(testee.look().bytes_per_s, 10 * mb);
  CAF_CHECK_EQUAL(testee.look().seconds_left(), 60);
  CAF_CHECK(testee.look().ends_within(61));
  CAF_CHECK(!testee.look().ends_within(60));
  CAF_CHECK_EQUAL(describe(testee.look()), "600 MB free, 10000 kB/s");
}

CAF_TEST(the rate is that of the last seconds) {
  pass(20, 10 * mb);
  pass(20, 2 * mb);
  CAF_CHECK_EQUAL(testee.look().bytes_per_s, 2 * mb);
  pass(20, 0);
  CAF_CHECK_EQUAL(testee.look().bytes_per_s, 0u);
  CAF_CHECK(!testee.look().ends_within(1'000'000));
}

CAF_TEST(a camera that goes is no negative rate) {
  pass(20, 10 * mb);
  received = 0;
  pass(20, 4 * mb);
  CAF_CHECK_EQUAL(testee.look().bytes_per_s, 4 * mb);
}

CAF_TEST(the disk is asked once a second) {
  pass(10, mb);
  CAF_CHECK_EQUAL(asked, 10);
}

CAF_TEST(a disk that does not say is never full) {
  free.reset();
  pass(10, mb);
  CAF_CHECK(!testee.look().known);
  CAF_CHECK(!testee.look().ends_within(1'000'000));
  disk_guard without{nullptr};
  without.observe({}, 1);
  CAF_CHECK(!without.look().known);
}

CAF_TEST(a camera counts with what is taken of it at most) {
  disk_guard bounded{[] { return 600 * mb; }, 5 * mb};
  uint64_t fast = 1;
  uint64_t slow = 1;
  for (int i = 0; i < 80; ++i) {
    bounded.observe({{"fast", fast}, {"slow", slow}}, now_ns);
    now_ns += s / 4;
    fast += 1000 * mb;
    slow += mb / 4;
  }
  auto x = bounded.look();
  CAF_CHECK_EQUAL(x.bytes_per_s, 6 * mb);
  CAF_CHECK_EQUAL(describe(x),
                  "600 MB free, 6000 kB/s, of which fast has 5000");
  // It goes, and comes back.
  for (int i = 0; i < 80; ++i) {
    bounded.observe({{"slow", slow}}, now_ns);
    now_ns += s / 4;
    slow += mb / 4;
  }
  CAF_CHECK_EQUAL(bounded.look().bytes_per_s, mb);
  CAF_CHECK_EQUAL(bounded.look().mostly, "");
  bounded.observe({{"fast", 7}, {"slow", slow}}, now_ns);
  CAF_CHECK_LESS_OR_EQUAL(bounded.look().bytes_per_s, mb + 7);
}

CAF_TEST(what a ring brings after a break of the network is no rate) {
  disk_guard bounded{[] { return 600 * mb; }, 5 * mb};
  auto at_once = 5000 * mb;
  for (int i = 0; i < 9; ++i) {
    bounded.observe({{"cam-1", i < 8 ? 0 : at_once}}, now_ns);
    now_ns += s / 4;
  }
  CAF_CHECK_LESS(bounded.look().bytes_per_s, 2 * mb);
}

CAF_TEST_FIXTURE_SCOPE_END()
