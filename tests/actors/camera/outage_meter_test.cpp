#define CAF_SUITE outage_meter
#include "tests/camnode_test.hpp"

#include "actors/camera/outage_meter.hpp"

#include <limits>

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t asked = 40 * ms;
constexpr int64_t start = 1'000'000 * ms;

/// Takes `n` frames that are `interval` apart.
/// @returns When the last one was.
int64_t run(outage_meter& x, int64_t first, int n, int64_t interval) {
  for (int i = 0; i < n; ++i)
    CAF_CHECK_EQUAL(x.take(first + i * interval), 0u);
  return first + (n - 1) * interval;
}

} // namespace

CAF_TEST(the first frame of all has nothing before it) {
  outage_meter x{asked};
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(start), 0u);
}

CAF_TEST(time without a camera is counted at the rate that it had) {
  outage_meter x{asked};
  auto last = run(x, start, 100, 100 * ms);
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(last + 30'000 * ms), 299u);
  // Only once, and the pause is not what is usual from now on.
  last = run(x, last + 30'100 * ms, 1, 100 * ms);
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(last + 1'000 * ms), 9u);
}

CAF_TEST(a pause within a life is the business of the source) {
  outage_meter x{asked};
  auto last = run(x, start, 50, asked);
  CAF_CHECK_EQUAL(x.take(last + 10'000 * ms), 0u);
}

CAF_TEST(a camera that rests is missed by its longest rest) {
  outage_meter x{asked};
  auto last = start;
  for (int i = 0; i < 5; ++i)
    last = run(x, last + 5'000 * ms, 20, 100 * ms);
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(last + 6'000 * ms), 0u);
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(last + 6'000 * ms + 20'000 * ms), 3u);
}

CAF_TEST(what was asked for counts where nothing was measured) {
  outage_meter x{asked};
  x.take(start);
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(start + 400 * ms), 9u);
  outage_meter unknown{0};
  unknown.take(start);
  unknown.begin_life();
  CAF_CHECK_EQUAL(unknown.take(start + 400 * ms), 0u);
}

CAF_TEST(a frame that is a little late has lost none) {
  outage_meter x{asked};
  auto last = run(x, start, 50, asked);
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(last + 60 * ms), 0u);
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(last + 60 * ms + 80 * ms), 1u);
}

CAF_TEST(frames that were read at once are not what is usual) {
  outage_meter x{asked};
  auto last = start;
  for (int i = 0; i < 50; ++i) {
    last = start + i * asked;
    x.take(last);
    x.take(last); // Of the same read.
  }
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(last + 10 * asked), 9u);
}

CAF_TEST(a camera that does not come back at once is one outage) {
  outage_meter x{asked};
  auto last = run(x, start, 50, asked);
  for (int i = 0; i < 5; ++i)
    x.begin_life();
  CAF_CHECK_EQUAL(x.take(last + 25 * asked), 24u);
}

CAF_TEST(times that make no sense count nothing) {
  constexpr auto most = std::numeric_limits<int64_t>::max();
  outage_meter x{asked};
  auto last = run(x, start, 50, asked);
  for (auto time : {last - 1, int64_t{0}, most, int64_t{1}, most}) {
    x.begin_life();
    CAF_CHECK_EQUAL(x.take(time), 0u);
  }
}

CAF_TEST(no rate is so high that the count grows without bound) {
  outage_meter x{1};
  x.take(start);
  x.begin_life();
  CAF_CHECK_EQUAL(x.take(start + 10 * ms), 9u);
}
