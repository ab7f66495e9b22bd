#pragma once

// What the tests of actors share. Include it after `camnode_test.hpp`. What is
// costly to compile is in actor_fixture.cpp.

#include "actors/observed/actor_directory.hpp"
#include "messages/actors.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace camnode_test {

struct actor_config : caf::actor_system_config {
  actor_config();
};

/// What has to outlive the actor system.
struct actor_world {
  actor_world();

  camnode::actor_directory directory;
  camnode::alarm_board alarms;
  int64_t now_ns = 5'000'000'000'000; ///< What `clock` says.
  std::vector<caf::error> ends;       ///< Why actors ended.
};

} // namespace camnode_test

extern template class test_coordinator_fixture<camnode_test::actor_config>;

namespace camnode_test {

/// Runs actors one message at a time, on clocks that only the test moves. A
/// fixture whose own members are used by its actors ends them in its
/// destructor.
struct actor_fixture : actor_world, test_coordinator_fixture<actor_config> {
  actor_fixture();
  ~actor_fixture() override;

  /// The clock to give to actors.
  std::function<int64_t()> clock();

  /// Starts an actor on the scheduler, also one that is detached elsewhere.
  template <class Actor, class... Ts>
  auto start(const std::string& name, Ts&&... xs) {
    auto result = sys.spawn<Actor>(camnode::actor_context{&directory, &alarms,
                                                          name, 0},
                                   std::forward<Ts>(xs)...);
    watch(caf::actor_cast<caf::actor>(result));
    consume_messages();
    return result;
  }

  /// Has an actor ended with the others, and the reason kept in `ends`.
  void watch(caf::actor x);

  template <class Handle, class... Ts>
  void tell(const Handle& whom, Ts&&... xs) {
    caf::anon_send(whom, std::forward<Ts>(xs)...);
    consume_messages();
  }

  /// Lets time pass for actors and clocks alike.
  void advance(caf::timespan by);

  template <class Handle>
  void end(const Handle& x,
           caf::exit_reason why = caf::exit_reason::user_shutdown) {
    end_actor(caf::actor_cast<caf::actor>(x), why);
  }

  void end_actors();

  /// What the tree says of a living actor.
  camnode::actor_figures figures(const std::string& name) const;

private:
  void end_actor(const caf::actor& x, caf::exit_reason why);

  std::vector<caf::actor> actors_;
};

} // namespace camnode_test
