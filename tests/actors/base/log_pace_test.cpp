#define CAF_SUITE log_pace
#include "tests/camnode_test.hpp"

#include "actors/base/log_pace.hpp"

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;

} // namespace

CAF_TEST(a line is logged once a second and tells of those left out) {
  log_pace x;
  CAF_CHECK(x.admits(5 * ms));
  CAF_CHECK_EQUAL(x.more(), "");
  CAF_CHECK(!x.admits(6 * ms));
  CAF_CHECK(!x.admits(1004 * ms));
  CAF_CHECK(x.admits(1005 * ms));
  CAF_CHECK_EQUAL(x.more(), "; 2 more like it before");
  CAF_CHECK(x.admits(3000 * ms));
  CAF_CHECK_EQUAL(x.more(), "");
}

CAF_TEST(a line that would come for ever is logged less often) {
  log_pace x{60'000 * ms};
  CAF_CHECK(x.admits(5 * ms));
  CAF_CHECK(!x.admits(60'004 * ms));
  CAF_CHECK(x.admits(60'005 * ms));
  CAF_CHECK_EQUAL(x.more(), "; 1 more like it before");
}
