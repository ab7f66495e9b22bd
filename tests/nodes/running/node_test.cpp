#define CAF_SUITE node
#include "tests/camnode_test.hpp"

#include "actors/base/log.hpp"
#include "actors/observed/observed.hpp"
#include "messages/actors.hpp"
#include "nodes/running/node.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <future>
#include <stdexcept>
#include <vector>

using namespace camnode;
using namespace std::chrono_literals;

namespace {

enum class ending { by_exception, by_quitting, when_told };

/// The root of a node, which ends in its own way.
class root : public observed<supervisor_actor::base> {
public:
  root(caf::actor_config& cfg, const actor_context& context, ending how)
    : observed(cfg, context), how_(how) {
  }

protected:
  behavior_type make_behavior() override {
    delayed_send(this, 20ms, beat_atom_v);
    return {
      [](restart_atom, const std::string&, uint64_t) {},
      [](kill_atom, const std::string&) {},
      [this](stop_atom) { quit(caf::exit_reason::user_shutdown); },
      [](stop_atom, int) {},
      [this](beat_atom) { beat(); },
    };
  }

private:
  void beat() {
    if (how_ == ending::by_exception)
      throw std::runtime_error("a bug");
    if (how_ == ending::by_quitting)
      quit(caf::make_error(ec::unavailable, std::string{"of no use"}));
  }

  const ending how_;
};

/// A root with a message that takes until it is told to go on, and many more
/// that wait after it.
class busy_root : public observed<supervisor_actor::base> {
public:
  static constexpr int many = 1000;

  struct events {
    std::promise<void> begun;
    std::promise<void> go_on;
    std::atomic<int> handled{0};
  };

  busy_root(caf::actor_config& cfg, const actor_context& context, events& x)
    : observed(cfg, context), events_(x) {
  }

protected:
  behavior_type make_behavior() override {
    send(this, beat_atom_v);
    for (auto i = 0; i < many; ++i)
      send(this, kill_atom_v, std::string{"a child"});
    return {
      [](restart_atom, const std::string&, uint64_t) {},
      [this](kill_atom, const std::string&) { ++events_.handled; },
      [this](stop_atom) { quit(caf::exit_reason::user_shutdown); },
      [](stop_atom, int) {},
      [this](beat_atom) {
        events_.begun.set_value();
        events_.go_on.get_future().wait();
      },
    };
  }

private:
  events& events_;
};

/// What the process would exit with.
/// @param told The signals that come; for an ending `when_told`.
int run(ending how, std::vector<int> told = {}) {
  set_log_level(log_level::error);
  blocked_signals signals;
  actor_directory directory;
  alarm_board alarms;
  node_config config;
  caf::actor_system system{config};
  auto x = system.spawn<root>(actor_context{&directory, &alarms, "root", 0},
                              how);
  for (auto number : told)
    pthread_kill(pthread_self(), number);
  return run_node(signals, directory, alarms,
                  caf::actor_cast<caf::actor>(std::move(x)),
                  [] { return 1ms; });
}

} // namespace

CAF_TEST(a root that throws ends the node as a failure) {
  CAF_CHECK_EQUAL(run(ending::by_exception), 1);
}

CAF_TEST(a root that quits ends the node as a failure) {
  CAF_CHECK_EQUAL(run(ending::by_quitting), 1);
}

CAF_TEST(a root that ends on a signal ends the node cleanly) {
  for (auto number : {SIGTERM, SIGINT, SIGHUP})
    CAF_CHECK_EQUAL(run(ending::when_told, {number}), 0);
}

CAF_TEST(a signal overtakes all that waits) {
  blocked_signals signals;
  actor_directory directory;
  alarm_board alarms;
  node_config config;
  caf::actor_system system{config};
  busy_root::events x;
  actor_context context{&directory, &alarms, "root", 0};
  auto root = system.spawn<busy_root>(context, x);
  x.begun.get_future().wait();
  pthread_kill(pthread_self(), SIGTERM);
  auto looks = 0;
  auto idle = [&] {
    if (++looks == 2) // The root has been told.
      x.go_on.set_value();
    return 1ms;
  };
  CAF_CHECK_EQUAL(run_node(signals, directory, alarms,
                           caf::actor_cast<caf::actor>(std::move(root)), idle),
                  0);
  CAF_CHECK(x.handled < busy_root::many);
}

CAF_TEST(a terminal that closes hurries nobody) {
  CAF_CHECK_EQUAL(run(ending::when_told, {SIGHUP, SIGHUP, SIGTERM}), 0);
}

CAF_TEST(a hangup that is ignored stays so) {
  std::signal(SIGHUP, SIG_IGN);
  sigset_t unblocked;
  sigemptyset(&unblocked);
  sigaddset(&unblocked, SIGHUP);
  pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr);
  {
    blocked_signals signals;
    std::raise(SIGHUP);
    CAF_CHECK_EQUAL(signals.wait(0ms), 0);
  }
  std::signal(SIGHUP, SIG_DFL);
  blocked_signals signals;
  std::raise(SIGHUP);
  CAF_CHECK_EQUAL(signals.wait(0ms), SIGHUP);
}
