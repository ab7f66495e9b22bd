#define CAF_SUITE histogram

#include "tests/camnode_test.hpp"

#include "actors/base/histogram.hpp"

using namespace camnode;

CAF_TEST(every duration is below the end of its bucket
         and not of the one before) {
  for (int64_t ns : {int64_t{0}, int64_t{1}, int64_t{1023}, int64_t{1024},
                     int64_t{1279}, int64_t{1280}, int64_t{1'000'000},
                     int64_t{33'333'333}, int64_t{17'179'869'183}}) {
    auto i = histogram::bucket_of(ns);
    CAF_CHECK_LESS(ns, histogram::end_ns(i));
    if (i > 0)
      CAF_CHECK_GREATER_OR_EQUAL(ns, histogram::end_ns(i - 1));
  }
}

CAF_TEST(bucket ends grow by a quarter at most) {
  for (size_t i = 1; i + 1 < histogram::buckets; ++i) {
    CAF_CHECK_LESS(histogram::end_ns(i - 1), histogram::end_ns(i));
    CAF_CHECK_LESS_OR_EQUAL(4 * histogram::end_ns(i),
                            5 * histogram::end_ns(i - 1));
  }
}

CAF_TEST(quantiles are those of what was added) {
  histogram x;
  for (int i = 1; i <= 100; ++i)
    x.add(i * int64_t{1'000'000});
  auto seen = x.look();
  CAF_CHECK_EQUAL(seen.total, 100u);
  CAF_CHECK_EQUAL(seen.sum_ns, 5'050'000'000);
  auto median = seen.quantile_ns(0.5);
  CAF_CHECK_GREATER_OR_EQUAL(median, 50'000'000);
  CAF_CHECK_LESS_OR_EQUAL(median, 62'500'000);
  auto p99 = seen.quantile_ns(0.99);
  CAF_CHECK_GREATER_OR_EQUAL(p99, 99'000'000);
  CAF_CHECK_LESS_OR_EQUAL(p99, 123'750'000);
}

CAF_TEST(nothing has no quantile and hours count as the longest duration) {
  histogram x;
  CAF_CHECK_EQUAL(x.look().quantile_ns(0.5), 0);
  x.add(int64_t{3'600'000'000'000});
  x.add(-5);
  CAF_CHECK_EQUAL(x.look().total, 2u);
  CAF_CHECK_EQUAL(x.look().quantile_ns(1), int64_t{1} << 34);
  CAF_CHECK_EQUAL(x.look().quantile_ns(0), int64_t{1} << 10);
}
