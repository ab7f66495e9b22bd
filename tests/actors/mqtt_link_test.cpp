#define CAF_SUITE mqtt_link
#include "tests/camnode_test.hpp"

#include "actors/shared/mqtt_link.hpp"

using namespace camnode;

namespace {

mqtt_message message(size_t bytes = 1) {
  return {"a/b", std::string(bytes, 'c')};
}

/// The turns that it takes to empty `queue`.
struct all_turns {
  explicit all_turns(mqtt_queue& queue) {
    for (auto more = true; more; ++turns) {
      auto x = take_turn(queue, [this](const mqtt_message&) { ++taken; });
      dropped += x.dropped;
      more = x.more;
    }
  }

  size_t taken = 0;
  uint64_t dropped = 0;
  int turns = 0;
};

} // namespace

CAF_TEST(a listener is told once until it has taken all) {
  mqtt_queue testee;
  CAF_CHECK(testee.push(message()));
  CAF_CHECK(!testee.push(message()));
  CAF_CHECK_EQUAL(all_turns{testee}.taken, 2u);
  CAF_CHECK(testee.push(message()));
}

CAF_TEST(a queue has room for so many messages and counts the others) {
  mqtt_queue testee;
  for (size_t i = 0; i < mqtt_queue::max_messages + 9; ++i)
    testee.push(message());
  all_turns x{testee};
  CAF_CHECK_EQUAL(x.taken, mqtt_queue::max_messages);
  CAF_CHECK_EQUAL(x.dropped, 9u);
  CAF_CHECK(x.turns >= int{mqtt_queue::max_messages} / messages_per_turn);
  testee.push(message());
  all_turns again{testee};
  CAF_CHECK_EQUAL(again.taken, 1u);
  CAF_CHECK_EQUAL(again.dropped, 0u);
}

CAF_TEST(a queue has room for so many bytes and counts the others) {
  mqtt_queue testee;
  constexpr size_t large = 256 << 10;
  for (size_t i = 0; i < mqtt_queue::max_bytes / large + 9; ++i)
    testee.push(message(large));
  all_turns x{testee};
  CAF_CHECK(x.taken < mqtt_queue::max_bytes / large);
  CAF_CHECK_EQUAL(x.taken + x.dropped, mqtt_queue::max_bytes / large + 9);
}

CAF_TEST(what a flood had no room for is told in each turn) {
  mqtt_queue testee;
  for (size_t i = 0; i < mqtt_queue::max_messages; ++i)
    testee.push(message());
  for (auto turn = 0; turn < 3; ++turn) {
    // As many come as are taken, and one more.
    testee.push(message());
    auto x = take_turn(testee,
                       [&](const mqtt_message&) { testee.push(message()); });
    CAF_CHECK(x.more);
    CAF_CHECK_EQUAL(x.dropped, 1u);
  }
}

CAF_TEST(messages that are too large are counted and not taken) {
  mqtt_queue testee;
  testee.push({"a", {}, 0, false, true});
  testee.push(message());
  all_turns x{testee};
  CAF_CHECK_EQUAL(x.taken, 1u);
  CAF_CHECK_EQUAL(x.dropped, 1u);
}

CAF_TEST(a listener shows what came to nothing) {
  CAF_CHECK_EQUAL(refusals_text(0, 0), "");
  CAF_CHECK_EQUAL(refusals_text(1, 2), "; messages refused: 1, dropped: 2");
}
