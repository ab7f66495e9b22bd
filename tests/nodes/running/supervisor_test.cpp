#define CAF_SUITE supervisor
#include "tests/camnode_test.hpp"

#include "nodes/running/supervisor.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <memory>
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
  std::set<std::string> stuck;  ///< Does not come to its messages.
  std::map<std::string, std::vector<std::function<void()>>> waiting;
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

/// An actor as they all are, which can be stuck: nothing that arrives then is
/// handled before it comes free.
class watched_child : public observed<stream_publisher_actor::base> {
public:
  watched_child(caf::actor_config& cfg, const actor_context& context,
                nursery& kids)
    : observed(cfg, context), kids_(kids) {
  }

  void enqueue(caf::mailbox_element_ptr x, caf::execution_unit* host) override {
    if (kids_.stuck.count(who()) == 0)
      return observed::enqueue(std::move(x), host);
    auto held = std::make_shared<caf::mailbox_element_ptr>(std::move(x));
    auto self = caf::actor_cast<caf::actor>(this);
    kids_.waiting[who()].push_back([this, self, held] {
      if (*held)
        observed::enqueue(std::move(*held), nullptr);
    });
  }

protected:
  behavior_type make_behavior() override {
    return {[](beat_atom) {}};
  }

private:
  nursery& kids_;
};

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
      [this](beat_atom) { look_after_children(); },
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
      auto result = who[0] == '!' ? caf::actor_cast<caf::actor>(
                      spawn<watched_child>(context, kids_))
                                  : spawn(live, kids_.deaf.count(who) > 0);
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
    for (auto& [name, xs] : kids.waiting)
      come_free(name);
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

  /// Lets a supervisor look after its children once a second.
  void look(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      tell(root, beat_atom_v);
      advance(1s);
    }
  }

  void come_free(const std::string& name) {
    kids.stuck.erase(name);
    for (auto& deliver : kids.waiting[name])
      deliver();
    kids.waiting[name].clear();
    consume_messages();
  }

  std::string alarm(const std::string& name) {
    auto all = directory.alarms();
    return all.count(name) > 0 ? all[name] : "";
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

CAF_TEST(a child that answers is left alone) {
  add("!a");
  look(100);
  CAF_CHECK_EQUAL(kids.starts["!a"], 1);
  CAF_CHECK(kids.ended.empty());
  CAF_CHECK_EQUAL(figures("!a").handled, 0u);
  CAF_CHECK_EQUAL(figures("!a").mailbox, 0u);
  CAF_CHECK(directory.alarms().empty());
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
  CAF_CHECK(directory.alarms().empty());
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
  CAF_CHECK_EQUAL(directory.alarms().size(), 2u);
}

CAF_TEST(a stuck child does not hold up the end) {
  kids.stuck.insert("!a");
  add("!a");
  look(10);
  tell(root, stop_atom_v);
  advance(1200ms);
  CAF_CHECK_EQUAL(ends.size(), 1u);
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

CAF_TEST(a removed child has no alarm) {
  kids.stuck.insert("!a");
  add("!a");
  look(10);
  CAF_CHECK_EQUAL(directory.alarms().size(), 1u);
  tell(root, lost_atom_v, std::string{"!a"});
  CAF_CHECK(directory.alarms().empty());
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
