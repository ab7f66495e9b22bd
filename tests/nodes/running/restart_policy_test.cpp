#define CAF_SUITE restart_policy
#include "tests/camnode_test.hpp"

#include "nodes/running/restart_policy.hpp"

#include <vector>

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1'000 * ms;

/// A child that ends as soon as it is started, `n` times.
std::vector<int64_t> delays_in_ms(restart_policy& x, int n, int64_t& now) {
  std::vector<int64_t> result;
  for (int i = 0; i < n; ++i) {
    x.started(now);
    auto delay = x.ended(now);
    result.push_back(delay / ms);
    now += delay;
  }
  return result;
}

using delays = std::vector<int64_t>;

} // namespace

CAF_TEST(delays double from the first one on) {
  restart_policy x;
  int64_t now = 1000 * s;
  CAF_CHECK_EQUAL(delays_in_ms(x, 5, now), (delays{100, 200, 400, 800, 1600}));
  CAF_CHECK(!x.alarmed(now));
}

CAF_TEST(the sixth end within a minute is an alarm and waits longest) {
  restart_policy x;
  int64_t now = 1000 * s;
  delays_in_ms(x, 5, now);
  CAF_CHECK_EQUAL(delays_in_ms(x, 1, now), delays{10'000});
  CAF_CHECK(x.alarmed(now));
}

CAF_TEST(retries go on at the longest distance) {
  restart_policy x;
  int64_t now = 1000 * s;
  delays_in_ms(x, 5, now);
  for (auto delay : delays_in_ms(x, 50, now))
    CAF_CHECK_EQUAL(delay, 10'000);
}

CAF_TEST(a minute of health brings back the first delay) {
  restart_policy x;
  int64_t now = 1000 * s;
  delays_in_ms(x, 4, now);
  x.started(now);
  now += 60 * s;
  CAF_CHECK_EQUAL(x.ended(now), 100 * ms);
  CAF_CHECK(!x.alarmed(now));
}

CAF_TEST(a minute less an instant does not ) {
  restart_policy x;
  int64_t now = 1000 * s;
  delays_in_ms(x, 2, now);
  x.started(now);
  CAF_CHECK_EQUAL(x.ended(now + 60 * s - 1), 400 * ms);
}

CAF_TEST(an alarm lasts until a life has lasted a minute) {
  restart_policy x;
  int64_t now = 1000 * s;
  delays_in_ms(x, 6, now);
  CAF_CHECK(x.alarmed(now + 3600 * s));
  for (int i = 0; i < 100; ++i) {
    x.started(now);
    now += 20 * s;
    CAF_CHECK_EQUAL(x.ended(now), 10 * s);
    CAF_CHECK(x.alarmed(now));
  }
  x.started(now);
  CAF_CHECK(x.alarmed(now + 60 * s - 1));
  CAF_CHECK(!x.alarmed(now + 60 * s));
  CAF_CHECK_EQUAL(x.ended(now + 60 * s), 100 * ms);
  CAF_CHECK(!x.alarmed(now + 60 * s));
}

CAF_TEST(a child that ends every quarter of a minute raises no alarm) {
  restart_policy x;
  int64_t now = 1000 * s;
  for (int i = 0; i < 100; ++i) {
    x.started(now);
    now += 15 * s;
    x.ended(now);
    CAF_CHECK(!x.alarmed(now));
  }
}

CAF_TEST(a child that never started waits as long as any other) {
  restart_policy x;
  CAF_CHECK_EQUAL(x.ended(1 * s), 100 * ms);
}
