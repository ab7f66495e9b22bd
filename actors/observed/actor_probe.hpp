#pragma once

#include "actors/base/arrival_times.hpp"
#include "actors/base/histogram.hpp"
#include "actors/observed/message_tally.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace camnode {

/// What can be seen of one actor from outside, as of one look.
struct actor_figures {
  uint64_t id = 0;     ///< CAF's; 0 until the actor runs.
  uint64_t parent = 0; ///< Its supervisor's id; 0 for the root.
  std::string name;
  std::string supervisor;  ///< Its name; empty for the root.
  std::string state;       ///< In words, e.g. `recording segment 12`.
  std::string last_error;  ///< Of this life or an earlier one.
  int64_t error_at_ns = 0; ///< `client_clock_ns` when it was told; or 0.
  std::string last_end;    ///< Why the life before this one ended.
  uint32_t restarts = 0;
  uint64_t mailbox = 0;  ///< Messages that wait, besides the one in hand.
  int64_t oldest_ns = 0; ///< How long the first of them has been waiting.
  uint64_t handled = 0;  ///< Messages taken since it started.
  int64_t busy_ns = 0;   ///< How long the present handler has been running.
  std::string busy_with; ///< The type of the message that it handles.
  int64_t uptime_ns = 0;
  std::vector<message_count> messages; ///< Handled, by type.
  histogram::figures handlers;         ///< How long handlers took.
};

/// One life of one actor. The actor writes, anyone reads. What happens per
/// message takes no lock.
class actor_probe {
public:
  /// What it shows instead of a message's type while the actor starts.
  static constexpr const char* starting = "its start";

  /// @param last What its life before this one left, if there was one.
  actor_probe(std::string name, std::string supervisor, uint64_t parent,
              const actor_figures& last);

  const std::string& name() const {
    return name_;
  }

  const std::string& supervisor() const {
    return supervisor_;
  }

  void set_id(uint64_t x) {
    id_.store(x, std::memory_order_relaxed);
  }

  uint64_t id() const {
    return id_.load(std::memory_order_relaxed);
  }

  /// A message has come. Any thread.
  void count_arrival();

  /// The actor was asked whether it lives, and has come to answering.
  void count_answer() {
    answers_.fetch_add(1, std::memory_order_relaxed);
  }

  uint64_t answers() const {
    return answers_.load(std::memory_order_relaxed);
  }

  // The rest is for the actor's own thread.

  void begin_start();
  void end_start();
  void begin_handling(const caf::type_erased_tuple& x);

  /// @param taken Whether the message is handled, not put back.
  void end_handling(bool taken);

  void set_state(std::string text);
  void set_error(std::string text);
  std::string last_error() const;

  actor_figures look() const;

private:
  /// Texts that come from a network or a library are cut to this.
  static constexpr size_t max_text = 512;

  const std::string name_;
  const std::string supervisor_;
  const uint64_t parent_;
  const uint32_t restarts_;
  const int64_t born_ns_;
  const std::string last_end_;
  std::atomic<uint64_t> id_{0};
  std::atomic<uint64_t> arrived_{0};
  std::atomic<uint64_t> handled_{0};
  std::atomic<uint64_t> answers_{0};
  std::atomic<int64_t> busy_since_ns_{0};
  std::atomic<size_t> busy_slot_{0}; ///< In `messages_`; `in_start` before.
  arrival_times arrivals_;
  message_tally messages_;
  histogram handlers_;
  mutable std::mutex texts_mutex_;
  std::string state_ = "starting";
  std::string last_error_;
  int64_t error_at_ns_;

  static constexpr size_t in_start = message_tally::max_types;
};

} // namespace camnode
