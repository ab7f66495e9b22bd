#define CAF_SUITE fetch_schedule
#include "tests/camnode_test.hpp"

#include "actors/discovery/fetch_schedule.hpp"

using namespace camnode;

namespace {

constexpr int64_t second = 1'000'000'000;

} // namespace

CAF_TEST(what was missed is fetched once) {
  fetch_schedule testee;
  CAF_CHECK(!testee.is_due(99 * second));
  testee.missed(100 * second);
  testee.missed(104 * second); // The flood goes on.
  CAF_CHECK(!testee.is_due(105 * second - 1));
  CAF_CHECK(testee.is_due(105 * second));
  CAF_CHECK(!testee.is_due(999 * second));
}

CAF_TEST(what is missed again and again is fetched ever more seldom) {
  fetch_schedule testee;
  int64_t now = second;
  int64_t longest = 0;
  for (int i = 0; i < 20; ++i) {
    testee.missed(now);
    auto from = now;
    while (!testee.is_due(now))
      now += second;
    CAF_CHECK(now - from >= longest);
    longest = now - from;
  }
  CAF_CHECK_EQUAL(longest, fetch_schedule::last_delay_ns);
  now += 2 * fetch_schedule::last_delay_ns;
  testee.missed(now);
  CAF_CHECK(testee.is_due(now + fetch_schedule::first_delay_ns));
}
