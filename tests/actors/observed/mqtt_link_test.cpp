#define CAF_SUITE mqtt_link
#include "tests/camnode_test.hpp"

#include "actors/observed/mqtt_link.hpp"

#include <map>

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

CAF_TEST(a flood costs the topic that makes it) {
  mqtt_queue testee;
  testee.push({"early", "1", 1});
  for (size_t i = 0; i < mqtt_queue::max_messages + 9; ++i)
    testee.push({"flood", std::to_string(i), 2});
  for (int i = 0; i < 5; ++i)
    testee.push({"late/" + std::to_string(i), "1", 3});
  std::map<std::string, size_t> taken;
  std::string last_of_flood;
  while (auto x = testee.pop()) {
    ++taken[x->topic];
    if (x->topic == "flood")
      last_of_flood = x->payload;
  }
  CAF_CHECK_EQUAL(taken["early"], 1u);
  CAF_CHECK_EQUAL(taken.size(), 7u);
  CAF_CHECK_EQUAL(taken["flood"], mqtt_queue::max_messages - 6);
  CAF_CHECK_EQUAL(last_of_flood, std::to_string(mqtt_queue::max_messages - 7));
  auto losses = testee.take_losses();
  CAF_REQUIRE_EQUAL(losses.size(), 1u);
  CAF_CHECK_EQUAL(losses[0].topic, "flood");
  CAF_CHECK_EQUAL(losses[0].n, 15u);
  CAF_CHECK(testee.take_losses().empty());
}

CAF_TEST(large messages cost their topic and not small ones) {
  mqtt_queue testee;
  constexpr size_t large = 256 << 10;
  for (size_t i = 0; i < mqtt_queue::max_bytes / large + 9; ++i)
    testee.push({"large", std::string(large, 'x'), 1});
  for (int i = 0; i < 99; ++i)
    testee.push({"small", "1", 1});
  size_t small = 0;
  while (auto x = testee.pop())
    small += x->topic == "small";
  CAF_CHECK_EQUAL(small, 99u);
  CAF_CHECK_EQUAL(testee.take_losses().size(), 1u);
}

CAF_TEST(losses are told by topic and time within bounds) {
  mqtt_queue testee;
  for (size_t i = 0; i < mqtt_queue::max_messages; ++i)
    testee.push({std::to_string(i), "1", 0});
  constexpr int64_t s = 1'000'000'000;
  for (auto at_ns : {1 * s, 1 * s, 5 * s})
    testee.push({"0", "1", at_ns});
  auto losses = testee.take_losses(5 * s);
  CAF_REQUIRE_EQUAL(losses.size(), 1u);
  CAF_CHECK_EQUAL(losses[0].n, 2u);
  CAF_CHECK_EQUAL(losses[0].from_ns, 1 * s);
  CAF_CHECK_EQUAL(testee.take_losses(6 * s).size(), 1u);
  constexpr int64_t n = 100'000;
  for (int64_t i = 0; i < n; ++i) // Each on a topic, and at a time, of its own.
    testee.push({"more/" + std::to_string(i % 9'000), "1", i * s});
  losses = testee.take_losses();
  CAF_CHECK(losses.size() < 10'000);
  uint64_t all = 0;
  for (auto& x : losses)
    all += x.n;
  CAF_CHECK_EQUAL(all, static_cast<uint64_t>(n));
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
