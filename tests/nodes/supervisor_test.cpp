#define CAF_SUITE supervisor
#include "tests/camnode_test.hpp"

#include "nodes/supervisor.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <set>
#include <stdexcept>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

/// A supervisor that a test can tell to add and to remove children.
using testee_actor = server_supervisor_actor::extend<
  caf::reacts_to<found_atom, std::string, int>,
  caf::reacts_to<lost_atom, std::string>>;

/// What the children do, and what became of them.
struct nursery {
  std::map<std::string, int> starts;
  std::map<std::string, caf::actor> present; ///< The last life of each.
  std::vector<std::string> ended;
  std::set<std::string> unable; ///< Cannot be started.
  std::set<std::string> deaf;   ///< Does not end when told to.
};

caf::behavior live(caf::event_based_actor* self, bool deaf) {
  if (deaf)
    self->set_exit_handler([](caf::exit_msg&) {});
  return {
    [self](const std::string& why) {
      self->quit(caf::make_error(ec::unavailable, why));
    },
  };
}

class testee : public supervisor<testee_actor::base> {
public:
  testee(caf::actor_config& cfg, const actor_context& context, nursery& kids)
    : supervisor(cfg, context), kids_(kids) {
  }

  void on_exit() override {
    forget_children();
  }

protected:
  behavior_type make_behavior() override {
    set_down_handler([this](caf::down_msg& x) { on_down(x); });
    return {
      [this](restart_atom, const std::string& name, uint64_t life) {
        restart(name, life);
      },
      [this](kill_atom, const std::string& name) { kill_child(name); },
      [this](stop_atom) { stop_children(); },
      [this](stop_atom, int phase) { give_up_phase(phase); },
      [this](found_atom, const std::string& name, int phase) {
        add(name, phase);
      },
      [this](lost_atom, const std::string& name) { remove_child(name); },
    };
  }

private:
  void add(const std::string& name, int phase) {
    add_child(name, phase, [this](const actor_context& context) {
      auto& who = context.name;
      ++kids_.starts[who];
      if (kids_.unable.count(who) > 0)
        throw std::runtime_error("no such device");
      auto result = spawn(live, kids_.deaf.count(who) > 0);
      result->attach_functor(
        [&kids = kids_, who](const caf::error&) { kids.ended.push_back(who); });
      kids_.present[who] = result;
      return result;
    });
  }

  nursery& kids_;
};

struct fixture : actor_fixture {
  fixture() {
    root = start<testee>("root", kids);
  }

  ~fixture() override {
    for (auto& [name, x] : kids.present)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    for (auto& name : kids.deaf)
      caf::anon_send(kids.present[name], "enough");
    end_actors();
    kids.present.clear();
  }

  void add(const std::string& name, int phase = 0) {
    tell(root, found_atom_v, name, phase);
  }

  void fail(const std::string& name, const std::string& why = "gone") {
    tell(kids.present[name], why);
  }

  nursery kids;
  testee_actor root;
};

using names = std::vector<std::string>;

} // namespace

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
