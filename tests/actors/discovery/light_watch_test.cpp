#define CAF_SUITE light_watch
#include "tests/camnode_test.hpp"

#include "actors/discovery/light_watch.hpp"

using namespace camnode;

namespace {

constexpr int64_t second = 1'000'000'000;

} // namespace

CAF_TEST(what a client says itself is no other client) {
  light_watch testee;
  for (int i = 1; i <= 9; ++i) {
    testee.said("light " + std::to_string(i));
    testee.said("news " + std::to_string(i));
  }
  for (int i = 1; i <= 9; ++i) {
    testee.hear("light " + std::to_string(i), i * second);
    testee.hear("news " + std::to_string(i), i * second);
    CAF_CHECK(!testee.has_other(i * second));
  }
}

CAF_TEST(a last light of the run before is no other client) {
  light_watch testee;
  testee.hear("old", second);
  testee.hear("older", second + second / 2);
  CAF_CHECK(!testee.has_other(2 * second));
  testee.hear("of a run in between", 60 * second);
  CAF_CHECK(!testee.has_other(60 * second));
}

CAF_TEST(who goes on to speak is another client until it is silent) {
  light_watch testee;
  testee.said("ours");
  testee.hear("theirs 1", second);
  testee.hear("ours", second);
  testee.hear("theirs 2", 2 * second);
  CAF_CHECK(testee.has_other(2 * second));
  CAF_CHECK(testee.has_other(11 * second));
  CAF_CHECK(!testee.has_other(12 * second));
}
