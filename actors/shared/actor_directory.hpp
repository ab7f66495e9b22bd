#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace camnode {

/// What can be seen of one actor from outside, as of one look.
struct actor_figures {
  uint64_t id = 0;     ///< CAF's; 0 until the actor runs.
  uint64_t parent = 0; ///< Its supervisor's id; 0 for the root.
  std::string name;
  std::string state;      ///< In words, e.g. `recording segment 12`.
  std::string last_error; ///< Of this life or an earlier one.
  uint32_t restarts = 0;
  uint64_t mailbox = 0; ///< Messages that wait.
  uint64_t handled = 0; ///< Messages taken since it started.
  int64_t busy_ns = 0;  ///< How long the present handler has been running.
  int64_t uptime_ns = 0;
};

/// One life of one actor. The actor writes, anyone reads.
class actor_probe {
public:
  actor_probe(std::string name, uint64_t parent, uint32_t restarts,
              std::string last_error);

  const std::string& name() const {
    return name_;
  }

  void set_id(uint64_t x) {
    id_.store(x, std::memory_order_relaxed);
  }

  uint64_t id() const {
    return id_.load(std::memory_order_relaxed);
  }

  void count_arrival() {
    arrived_.fetch_add(1, std::memory_order_relaxed);
  }

  /// The actor was asked whether it lives, and has come to answering.
  void count_answer() {
    answers_.fetch_add(1, std::memory_order_relaxed);
  }

  uint64_t answers() const {
    return answers_.load(std::memory_order_relaxed);
  }

  void begin_handling();
  void end_handling(bool taken);

  void set_state(std::string text);
  void set_error(std::string text);
  std::string last_error() const;

  actor_figures look() const;

private:
  const std::string name_;
  const uint64_t parent_;
  const uint32_t restarts_;
  const int64_t born_ns_;
  std::atomic<uint64_t> id_{0};
  std::atomic<uint64_t> arrived_{0};
  std::atomic<uint64_t> handled_{0};
  std::atomic<int64_t> busy_since_ns_{0};
  std::atomic<uint64_t> answers_{0};
  mutable std::mutex texts_mutex_;
  std::string state_ = "starting";
  std::string last_error_;
};

/// Every living actor of a node by name. Outlives the actor system. Callable
/// from any thread.
class actor_directory {
public:
  std::shared_ptr<actor_probe> open(const std::string& name, uint64_t parent);

  /// Takes the actor out, and keeps `reason` for its next life.
  void close(const std::shared_ptr<actor_probe>& x, const std::string& reason);

  std::vector<actor_figures> look() const;

  /// The living actor with this id of CAF's; null if there is none.
  std::shared_ptr<actor_probe> find(uint64_t id) const;

  /// Says in words what is wrong with the life of actor `name`, as its
  /// supervisor sees it; an empty text ends the alarm.
  void set_alarm(const std::string& name, const std::string& text);

  /// All alarms there are, by actor.
  std::map<std::string, std::string> alarms() const;

  /// How often an actor of this name was started again.
  uint32_t restarts(const std::string& name) const;

private:
  struct history {
    uint32_t births = 0;
    std::string last_error;
  };

  mutable std::mutex mutex_;
  std::map<std::string, history> histories_;
  std::vector<std::shared_ptr<actor_probe>> living_;
  std::map<std::string, std::string> alarms_;
};

/// What every actor gets first: where to be seen, and as what.
struct actor_context {
  actor_directory* directory;
  std::string name;
  uint64_t parent;
};

} // namespace camnode
