#pragma once

#include "actors/observed/actor_probe.hpp"
#include "actors/observed/alarm_board.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace camnode {

/// An actor that has ended and is to be started again.
struct actor_to_come {
  std::string name;
  std::string supervisor;
  std::string last_end;
  uint32_t restarts = 0; ///< So far.
  int64_t due_ns = 0;    ///< `client_clock_ns` of its next start.
};

/// Every actor of a node by name: the living, and those that are about to come
/// back. Outlives the actor system. Callable from any thread.
class actor_directory {
public:
  /// @param parent The supervisor's id, and its name; 0 for the root.
  std::shared_ptr<actor_probe> open(const std::string& name, uint64_t parent,
                                    const std::string& supervisor = {});

  /// Takes the actor out, and keeps `reason` for its next life.
  void close(const std::shared_ptr<actor_probe>& x, const std::string& reason);

  /// A supervisor will start `name` at `due_ns`, as its last life ended because
  /// of `why`. Forgotten when it opens.
  void schedule(const std::string& name, const std::string& supervisor,
                const std::string& why, int64_t due_ns);

  /// Nobody will start `name` any more.
  void unschedule(const std::string& name);

  /// Forgets `name`: what comes under it later begins anew.
  void forget(const std::string& name);

  std::vector<actor_figures> look() const;

  /// The living actor with this id of CAF's; null if there is none.
  std::shared_ptr<actor_probe> find(uint64_t id) const;

  /// Those that are not there now, by name.
  std::vector<actor_to_come> to_come() const;

  /// How often an actor of this name was started again.
  uint32_t restarts(const std::string& name) const;

  /// How many names are remembered: servers may come and go with ever new ones.
  static constexpr size_t max_names = 1024;

private:
  struct history {
    uint32_t births = 0;
    std::string last_error;
    int64_t error_at_ns = 0;
    std::string last_end;
  };

  bool present(const std::string& name) const;

  /// Makes room for one more name.
  void forget_the_past();

  mutable std::mutex mutex_;
  std::map<std::string, history> histories_;
  std::vector<std::shared_ptr<actor_probe>> living_;
  std::map<std::string, actor_to_come> to_come_;
};

/// What every actor gets first: where to be seen and to raise alarms, and as
/// what.
struct actor_context {
  actor_directory* directory;
  alarm_board* alarms;
  std::string name;
  uint64_t parent;
  std::string supervisor = {}; ///< The parent's name.
};

} // namespace camnode
