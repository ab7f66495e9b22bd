#define CAF_SUITE supervisor_fixture
#include "tests/camnode_test.hpp"

#include "tests/nodes/running/supervisor_fixture.hpp"

#include "nodes/running/supervisor.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <stdexcept>

namespace camnode_test::supervised {

namespace {

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

} // namespace

fixture::fixture() {
  root = start<testee>("root", kids);
}

fixture::~fixture() {
  for (auto& [name, xs] : kids.waiting)
    come_free(name);
  for (auto& [name, x] : kids.present)
    caf::anon_send_exit(x, caf::exit_reason::kill);
  for (auto& name : kids.deaf)
    caf::anon_send(kids.present[name], "enough");
  end_actors();
  kids.present.clear();
}

void fixture::add(const std::string& name, int phase) {
  tell(root, found_atom_v, name, phase);
}

void fixture::fail(const std::string& name, const std::string& why) {
  tell(kids.present[name], why);
}

void fixture::look(int seconds) {
  for (int i = 0; i < seconds; ++i) {
    tell(root, beat_atom_v);
    advance(1s);
  }
}

void fixture::come_free(const std::string& name) {
  kids.stuck.erase(name);
  for (auto& deliver : kids.waiting[name])
    deliver();
  kids.waiting[name].clear();
  consume_messages();
}

std::string fixture::alarm(const std::string& name) {
  auto all = alarms.look();
  return all.count(name) > 0 ? all[name] : "";
}

} // namespace camnode_test::supervised
