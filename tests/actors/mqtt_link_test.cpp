#define CAF_SUITE mqtt_link
#include "tests/camnode_test.hpp"

#include "actors/shared/mqtt_link.hpp"

using namespace camnode;

namespace {

mqtt_message message(uint64_t too_large_before = 0) {
  mqtt_message result{"a/b", "c"};
  result.dropped_before = too_large_before;
  return result;
}

} // namespace

CAF_TEST(what did not fit is told with the next message that does) {
  auto testee = std::make_shared<mqtt_backlog>();
  std::vector<mqtt_message> held(mqtt_backlog::max_messages, message());
  for (auto& x : held)
    CAF_REQUIRE(testee->admit(x));
  auto late = message();
  CAF_CHECK(!testee->admit(late));
  // Those that were too large before one that found no room are not forgotten.
  late = message(5);
  CAF_CHECK(!testee->admit(late));
  held.clear();
  late = message(2);
  CAF_CHECK(testee->admit(late));
  CAF_CHECK_EQUAL(late.dropped_before, 9u);
  late = message();
  CAF_CHECK(testee->admit(late));
  CAF_CHECK_EQUAL(late.dropped_before, 0u);
}

CAF_TEST(a listener shows what came to nothing) {
  CAF_CHECK_EQUAL(refusals_text(0, 0), "");
  CAF_CHECK_EQUAL(refusals_text(1, 2), "; messages refused: 1, dropped: 2");
}
