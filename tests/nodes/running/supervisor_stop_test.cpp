#define CAF_SUITE supervisor_stop
#include "tests/camnode_test.hpp"

#include "tests/nodes/running/supervisor_fixture.hpp"

using namespace camnode_test;
using namespace camnode_test::supervised;

CAF_TEST_FIXTURE_SCOPE(supervisor_stop_tests, fixture)

CAF_TEST(a stuck child does not hold up the end) {
  kids.stuck.insert("!a");
  add("!a");
  look(10);
  tell(root, stop_atom_v);
  advance(1200ms);
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST(a removed child has no alarm) {
  kids.stuck.insert("!a");
  add("!a");
  look(10);
  CAF_CHECK_EQUAL(alarms.look().size(), 1u);
  tell(root, lost_atom_v, std::string{"!a"});
  CAF_CHECK(alarms.look().empty());
}

CAF_TEST(killing a child that is not there does nothing) {
  add("a");
  fail("a");
  tell(root, kill_atom_v, std::string{"a"});
  tell(root, kill_atom_v, std::string{"nobody"});
  advance(100ms);
  CAF_CHECK_EQUAL(kids.starts["a"], 2);
}

CAF_TEST(a removed child ends for good) {
  add("a");
  add("b");
  tell(root, lost_atom_v, std::string{"a"});
  tell(root, lost_atom_v, std::string{"nobody"});
  CAF_CHECK_EQUAL(kids.ended, names{"a"});
  advance(1h);
  CAF_CHECK_EQUAL(kids.starts["a"], 1);
}

CAF_TEST(a child that is removed while it waits is not started again) {
  add("a");
  fail("a");
  tell(root, lost_atom_v, std::string{"a"});
  advance(1h);
  CAF_CHECK_EQUAL(kids.starts["a"], 1);
}

CAF_TEST(a child that comes back under its name is started once) {
  add("a");
  fail("a"); // Its restart is on the way.
  tell(root, lost_atom_v, std::string{"a"});
  add("a");
  advance(1h);
  CAF_CHECK_EQUAL(kids.starts["a"], 2);
  CAF_CHECK_EQUAL(kids.ended, names{"a"});
}

CAF_TEST(children are stopped phase by phase and then their supervisor) {
  add("discovery", 1);
  add("viewer", 0);
  add("recorder", 0);
  tell(root, stop_atom_v);
  CAF_REQUIRE_EQUAL(kids.ended.size(), 3u);
  CAF_CHECK_EQUAL(kids.ended.back(), "discovery");
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == caf::exit_reason::user_shutdown);
}

CAF_TEST(a supervisor without children stops at once) {
  tell(root, stop_atom_v);
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST(stopping twice is stopping once) {
  kids.deaf.insert("a");
  add("a");
  tell(root, stop_atom_v);
  tell(root, stop_atom_v);
  CAF_CHECK(ends.empty());
  fail("a");
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST(a later phase waits for the one before it) {
  kids.deaf.insert("recorder");
  add("recorder", 0);
  add("viewer", 0);
  add("discovery", 1);
  tell(root, stop_atom_v);
  advance(1199ms);
  CAF_CHECK_EQUAL(kids.ended, names{"viewer"});
  fail("recorder");
  CAF_CHECK_EQUAL(kids.ended, (names{"viewer", "recorder", "discovery"}));
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST(a child that does not end is given up) {
  kids.deaf.insert("recorder");
  add("recorder", 0);
  add("discovery", 1);
  tell(root, stop_atom_v);
  advance(1200ms);
  CAF_CHECK_EQUAL(kids.ended, names{"discovery"});
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST(each phase has its own patience) {
  kids.deaf = {"recorder", "discovery"};
  add("recorder", 0);
  add("discovery", 1);
  tell(root, stop_atom_v);
  advance(1s);
  fail("recorder");
  advance(1100ms); // The patience of the first phase is over.
  CAF_CHECK(ends.empty());
  advance(100ms);
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST(nothing is started again while stopping) {
  kids.deaf.insert("b");
  add("a");
  add("b");
  fail("a");
  tell(root, stop_atom_v);
  advance(1s);
  CAF_CHECK_EQUAL(kids.starts["a"], 1);
  fail("b");
  CAF_CHECK_EQUAL(ends.size(), 1u);
  CAF_CHECK_EQUAL(kids.starts["b"], 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
