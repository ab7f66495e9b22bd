#define CAF_SUITE arrival_times
#include "tests/camnode_test.hpp"

#include "actors/base/arrival_times.hpp"

using namespace camnode;

namespace {

/// Message `n` arrives at `n + 1` ms.
int64_t at(uint64_t n) {
  return static_cast<int64_t>(n + 1) * 1'000'000;
}

void note(arrival_times& x, uint64_t begin, uint64_t end) {
  for (auto n = begin; n < end; ++n)
    x.note(n, at(n));
}

} // namespace

CAF_TEST(nothing is known of what has not arrived) {
  arrival_times x;
  CAF_CHECK_EQUAL(x.find(0, 0), 0);
  note(x, 0, 3);
  CAF_CHECK_EQUAL(x.find(3, 3), 0);
}

CAF_TEST(the last sixty four are known exactly) {
  arrival_times x;
  note(x, 0, 1000);
  for (uint64_t n = 1000 - 64; n < 1000; ++n)
    CAF_CHECK_EQUAL(x.find(n, 1000), at(n));
}

CAF_TEST(older ones are known to within sixty four messages and never early) {
  arrival_times x;
  note(x, 0, 4096);
  for (uint64_t n = 0; n < 4096; ++n) {
    auto found = x.find(n, 4096);
    CAF_CHECK(found >= at(n));
    CAF_CHECK(found <= at(n + 64));
  }
}

CAF_TEST(a very long queue is known to within four thousand messages) {
  arrival_times x;
  note(x, 0, 100'000);
  auto found = x.find(10, 100'000);
  CAF_CHECK(found >= at(10));
  CAF_CHECK(found <= at(10 + 4096));
}

CAF_TEST(of an endless queue the oldest that is kept is known) {
  arrival_times x;
  constexpr uint64_t all = 300'000;
  note(x, 0, all);
  auto found = x.find(0, all);
  CAF_CHECK(found >= at(all - 64 * 4096));
  CAF_CHECK(found <= at(all - 63 * 4096));
}

CAF_TEST(a slot of an earlier round is not taken for this one) {
  arrival_times x;
  note(x, 0, 64);
  // 64 has been counted, and its time is not yet there.
  CAF_CHECK_EQUAL(x.find(64, 65), 0);
}
