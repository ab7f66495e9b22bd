#pragma once

// What the tests of actors share. Include it after `camnode_test.hpp`.

#include "actors/base/log.hpp"
#include "actors/observed/actor_directory.hpp"
#include "messages/actors.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace camnode_test {

struct actor_config : caf::actor_system_config {
  actor_config() {
    add_message_types<caf::id_block::camnode>();
    add_error_category(caf::atom("camnode"), camnode::render_error);
  }
};

/// What has to outlive the actor system.
struct actor_world {
  actor_world() {
    // What goes wrong here does so on purpose.
    camnode::set_log_level(camnode::log_level::error);
  }

  camnode::actor_directory directory;
  camnode::alarm_board alarms;
  int64_t now_ns = 5'000'000'000'000; ///< What `clock` says.
  std::vector<caf::error> ends;       ///< Why actors ended.
};

/// Runs actors one message at a time, on clocks that only the test moves. A
/// fixture whose own members are used by its actors ends them in its
/// destructor.
struct actor_fixture : actor_world, test_coordinator_fixture<actor_config> {
  ~actor_fixture() override {
    end_actors();
  }

  /// The clock to give to actors.
  std::function<int64_t()> clock() {
    return [this] { return now_ns; };
  }

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
  void watch(caf::actor x) {
    x->attach_functor([this](const caf::error& why) { ends.push_back(why); });
    actors_.push_back(std::move(x));
  }

  template <class Handle, class... Ts>
  void tell(const Handle& whom, Ts&&... xs) {
    caf::anon_send(whom, std::forward<Ts>(xs)...);
    consume_messages();
  }

  /// Lets time pass for actors and clocks alike.
  void advance(caf::timespan by) {
    constexpr caf::timespan step = std::chrono::milliseconds{50};
    while (by.count() > 0) {
      auto d = std::min(by, step);
      now_ns += d.count();
      advance_time(d);
      consume_messages();
      by -= d;
    }
  }

  template <class Handle>
  void end(const Handle& x,
           caf::exit_reason why = caf::exit_reason::user_shutdown) {
    caf::anon_send_exit(x, why);
    consume_messages();
  }

  void end_actors() {
    for (auto& x : actors_)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    consume_messages();
    actors_.clear();
  }

  /// What the tree says of a living actor.
  camnode::actor_figures figures(const std::string& name) const {
    for (auto& x : directory.look())
      if (x.name == name)
        return x;
    return {};
  }

private:
  std::vector<caf::actor> actors_;
};

} // namespace camnode_test
