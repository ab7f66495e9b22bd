#define CAF_SUITE supervisor
#include "tests/camnode_test.hpp"

#include "tests/nodes/running/supervisor_fixture.hpp"

using namespace camnode_test;
using namespace camnode_test::supervised;

CAF_TEST_FIXTURE_SCOPE(supervisor_tests, fixture)

CAF_TEST(a child that ended is started again after the back off) {
  add("a");
  CAF_CHECK_EQUAL(kids.starts["a"], 1);
  fail("a");
  advance(99ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 1);
  advance(1ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 2);
  fail("a");
  advance(199ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 2);
  advance(1ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 3);
}

CAF_TEST(a child that was well for a minute is back at once again) {
  add("a");
  for (int i = 0; i < 3; ++i) {
    fail("a");
    advance(2s);
  }
  advance(60s);
  fail("a");
  advance(100ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 5);
}

CAF_TEST(the other of a pair lives on) {
  add("viewer/a");
  add("recorder/a");
  auto recorder = kids.present["recorder/a"];
  for (int i = 0; i < 4; ++i) {
    fail("viewer/a");
    advance(5s);
  }
  CAF_CHECK_EQUAL(kids.starts["viewer/a"], 5);
  CAF_CHECK_EQUAL(kids.starts["recorder/a"], 1);
  CAF_CHECK_EQUAL(kids.ended, (names(4, "viewer/a")));
  CAF_CHECK(kids.present["recorder/a"] == recorder);
}

CAF_TEST(the tree says which child ended and why) {
  add("a");
  fail("a", "lens cap");
  CAF_CHECK_EQUAL(figures("root").last_error, "a: unavailable: lens cap");
}

CAF_TEST(a child that cannot be started is tried again) {
  kids.unable.insert("a");
  add("a");
  CAF_CHECK_EQUAL(kids.starts["a"], 1);
  CAF_CHECK_EQUAL(figures("root").last_error, "a: no such device");
  advance(100ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 2);
  kids.unable.clear();
  advance(200ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 3);
  advance(1h);
  CAF_CHECK_EQUAL(kids.starts["a"], 3);
}

CAF_TEST(a child that keeps ending is tried every ten seconds for ever) {
  kids.unable.insert("a");
  add("a");
  advance(100ms + 200ms + 400ms + 800ms + 1600ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 6);
  advance(9'999ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 6);
  advance(1ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 7);
  advance(50s);
  CAF_CHECK_EQUAL(kids.starts["a"], 12);
}

CAF_TEST(a killed child is started again and others are not ) {
  add("a");
  add("b");
  tell(root, kill_atom_v, std::string{"a"});
  CAF_CHECK_EQUAL(kids.ended, names{"a"});
  advance(100ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 2);
  CAF_CHECK_EQUAL(kids.starts["b"], 1);
}

CAF_TEST(a child that answers is left alone) {
  add("!a");
  look(100);
  CAF_CHECK_EQUAL(kids.starts["!a"], 1);
  CAF_CHECK(kids.ended.empty());
  CAF_CHECK_EQUAL(figures("!a").handled, 0u);
  CAF_CHECK_EQUAL(figures("!a").mailbox, 0u);
  CAF_CHECK(alarms.look().empty());
}

CAF_TEST(a child that does not answer is started again once it has ended) {
  add("!a");
  look(1);
  kids.stuck.insert("!a");
  look(6);
  CAF_CHECK_EQUAL(alarm("!a"), "does not answer; started again once it ends");
  CAF_CHECK_EQUAL(figures("root").last_error, "!a: does not answer");
  // It may still be writing: no second one beside it.
  look(3600);
  CAF_CHECK_EQUAL(kids.starts["!a"], 1);
  CAF_CHECK_EQUAL(kids.waiting["!a"].size(), 2u); // A question and the end.
  come_free("!a");
  CAF_CHECK_EQUAL(kids.ended, names{"!a"});
  CAF_CHECK_EQUAL(alarm("!a"), "");
  CAF_CHECK_EQUAL(figures("root").last_error,
                  "!a: unavailable: did not answer for 5 s");
  advance(100ms);
  CAF_CHECK_EQUAL(kids.starts["!a"], 2);
  look(100);
  CAF_CHECK_EQUAL(kids.starts["!a"], 2);
}

CAF_TEST(a child that was stuck for a while goes on) {
  add("!a");
  look(1);
  kids.stuck.insert("!a");
  look(4);
  come_free("!a");
  look(100);
  CAF_CHECK_EQUAL(kids.starts["!a"], 1);
  CAF_CHECK(alarms.look().empty());
}

CAF_TEST(a supervisor that was frozen does not blame its children) {
  add("!a");
  look(1);
  kids.stuck.insert("!a");
  look(1);
  advance(1h);
  look(1);
  come_free("!a");
  look(10);
  CAF_CHECK_EQUAL(kids.starts["!a"], 1);
}

CAF_TEST(others of a stuck child are looked after) {
  add("!a");
  add("!b");
  kids.stuck.insert("!a");
  look(20);
  CAF_CHECK_EQUAL(alarm("!b"), "");
  kids.stuck.insert("!b");
  look(7);
  CAF_CHECK_EQUAL(alarms.look().size(), 2u);
}

CAF_TEST(a child that keeps ending is an alarm for a minute) {
  add("a");
  for (int i = 0; i < 6; ++i) {
    CAF_CHECK_EQUAL(alarm("a"), "");
    fail("a", "lens cap");
    advance(4s);
  }
  CAF_CHECK_EQUAL(alarm("a"), "keeps ending: unavailable: lens cap");
  look(70);
  CAF_CHECK_EQUAL(alarm("a"), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
