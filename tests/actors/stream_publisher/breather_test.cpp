#define CAF_SUITE breather

#include "tests/camnode_test.hpp"

#include "actors/stream_publisher/breather.hpp"

using namespace camnode;

namespace {

struct fixture {
  /// Breathes between 32 readers of a frame. @returns how often.
  int breaths_of_a_frame() {
    auto before = yields;
    lungs.begin_frame();
    for (int i = 1; i < 32; ++i)
      lungs.breathe();
    return yields - before;
  }

  int yields = 0;
  int64_t now_ns = 0;
  int64_t yield_takes_ns = 50'000;
  breather lungs{[this] {
                   ++yields;
                   now_ns += yield_takes_ns;
                 },
                 [this] { return now_ns; }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(breather_tests, fixture)

CAF_TEST(others run between one reader and the next) {
  for (int frame = 0; frame < 100; ++frame)
    CAF_REQUIRE_EQUAL(breaths_of_a_frame(), 31);
}

CAF_TEST(breaths that take long end with the budget of their frame) {
  yield_takes_ns = breather::budget_ns / 4 + 1;
  CAF_CHECK_EQUAL(breaths_of_a_frame(), 4);
}

CAF_TEST(a busy processor is not given away for some frames) {
  yield_takes_ns = breather::budget_ns;
  CAF_CHECK_EQUAL(breaths_of_a_frame(), 1);
  for (int frame = 0; frame < breather::rest; ++frame)
    CAF_REQUIRE_EQUAL(breaths_of_a_frame(), 0);
  yield_takes_ns = 50'000;
  CAF_CHECK_EQUAL(breaths_of_a_frame(), 31);
}

CAF_TEST_FIXTURE_SCOPE_END()
