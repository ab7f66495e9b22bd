#define CAF_SUITE listed_server
#include "tests/camnode_test.hpp"

#include "nodes/client/listed_server.hpp"

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;
constexpr int64_t now_ns = 500 * s;

listed_server gone_for(int64_t seconds, const std::string& id = "a") {
  listed_server x;
  x.id = id;
  x.gave_frames = true;
  x.seen_ns = now_ns - seconds * s;
  return x;
}

} // namespace

CAF_TEST(a server that gave frames stays listed when it is gone) {
  CAF_CHECK(!is_to_go(gone_for(86'400), now_ns));
}

CAF_TEST(a server that is gone goes once it is told off) {
  auto x = gone_for(11);
  x.told_off = true;
  CAF_CHECK(is_to_go(x, now_ns));
  x.here = true;
  CAF_CHECK(!is_to_go(x, now_ns));
}

CAF_TEST(a server that never gave a frame goes after ten seconds) {
  auto x = gone_for(11);
  x.gave_frames = false;
  CAF_CHECK(is_to_go(x, now_ns));
  x.seen_ns = now_ns - 10 * s;
  CAF_CHECK(!is_to_go(x, now_ns));
}

CAF_TEST(a server that is expected or being recorded stays) {
  auto x = gone_for(11);
  x.gave_frames = false;
  x.told_off = true;
  x.expected = true;
  CAF_CHECK(!is_to_go(x, now_ns));
  x.expected = false;
  x.idle = false;
  CAF_CHECK(!is_to_go(x, now_ns));
}

CAF_TEST(room is made by one that never gave a frame and then the oldest) {
  auto stranger = gone_for(1, "stranger");
  stranger.gave_frames = false;
  auto here = gone_for(999, "here");
  here.here = true;
  auto all = std::vector<listed_server>{gone_for(5, "young"), here,
                                        gone_for(9, "old"), stranger};
  CAF_CHECK_EQUAL(first_to_go(all).value_or(""), "stranger");
  all.pop_back();
  CAF_CHECK_EQUAL(first_to_go(all).value_or(""), "old");
  CAF_CHECK(!first_to_go({here}));
  CAF_CHECK(!first_to_go({}));
}
