#pragma once

#include "actors/shared/log.hpp"
#include "actors/shared/observed.hpp"
#include "messages/actors.hpp"
#include "nodes/restart_policy.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace camnode {

/// Base of the supervisors: starts children, starts them again with back-off
/// when they end for whatever reason, and ends them in order.
/// @tparam Base `x_actor::base` of an interface that extends
///         `server_supervisor_actor`.
template <class Base>
class supervisor : public observed<Base> {
public:
  using observed<Base>::observed;

protected:
  /// Starts a child, as `context.name`. What it throws counts as an end.
  using start_child = std::function<caf::actor(const actor_context& context)>;

  /// Children of one phase are ended together, and those of the next phase
  /// once all of them are gone.
  void add_child(const std::string& name, int stop_phase, start_child start) {
    if (stopping_)
      return;
    auto& x = children_[name];
    x.start = std::move(start);
    x.stop_phase = stop_phase;
    run(name, x);
  }

  bool has_child(const std::string& name) const {
    return children_.count(name) > 0;
  }

  /// Ends a child for good.
  void remove_child(const std::string& name) {
    auto i = children_.find(name);
    if (i == children_.end())
      return;
    if (i->second.handle) {
      this->demonitor(i->second.handle.address());
      end(i->second.handle);
    }
    children_.erase(i);
  }

  /// To be installed by the behavior.
  void on_down(const caf::down_msg& x) {
    auto i = std::find_if(children_.begin(), children_.end(), [&](auto& kvp) {
      return kvp.second.handle && kvp.second.handle.address() == x.source;
    });
    if (i == children_.end())
      return;
    i->second.handle = nullptr;
    if (stopping_)
      stop_phase_by_phase();
    else
      run_later(i->first, i->second, describe(x.reason));
  }

  void restart(const std::string& name, uint64_t life) {
    auto i = children_.find(name);
    if (!stopping_ && i != children_.end() && i->second.life == life)
      run(name, i->second);
  }

  void kill_child(const std::string& name) {
    auto i = children_.find(name);
    if (i == children_.end() || !i->second.handle) {
      log_warning(this->who(), "there is no ", name, " to kill");
      return;
    }
    log_warning(this->who(), "killing ", name, " as told");
    caf::anon_send<caf::message_priority::high>(
      i->second.handle,
      caf::exit_msg{i->second.handle.address(), caf::exit_reason::kill});
  }

  /// Ends all children, phase by phase, then this actor.
  void stop_children() {
    if (std::exchange(stopping_, true))
      return;
    this->show_state("stopping");
    stop_phase_by_phase();
  }

  /// The children of `phase` have not ended in time: go on without them.
  void give_up_phase(int phase) {
    for (auto& [name, x] : children_)
      if (x.handle && x.stop_phase <= phase) {
        log_error(this->who(), name, " does not end; going on without it");
        x.handle = nullptr;
      }
    stop_phase_by_phase();
  }

  bool stopping() const {
    return stopping_;
  }

  /// Drops all handles, so that no cycle keeps actors alive.
  void forget_children() {
    children_.clear();
  }

private:
  /// How long the children of one phase may take to end: a camera's program
  /// has 1 s to end by itself. Two phases fit into the 3 s that a node has.
  static constexpr auto phase_patience = std::chrono::milliseconds(1200);

  struct child {
    start_child start;
    int stop_phase = 0;
    restart_policy policy;
    caf::actor handle; ///< Invalid between two lives.
    uint64_t life = 0; ///< No two are alike, not even of one name.
  };

  int64_t now_ns() {
    return std::chrono::nanoseconds(this->clock().now().time_since_epoch())
      .count();
  }

  void run(const std::string& name, child& x) {
    x.life = ++lives_;
    x.policy.started(now_ns());
    try {
      x.handle = x.start(this->context_for(name));
      this->monitor(x.handle);
    } catch (const std::exception& e) {
      run_later(name, x, e.what());
    }
  }

  void run_later(const std::string& name, child& x, const std::string& why) {
    auto now = now_ns();
    auto delay = x.policy.ended(now);
    this->show_error(name + ": " + why);
    log(x.policy.alarmed(now) ? log_level::error : log_level::warning,
        this->who(), name, " ended: ", why, "; starting it again in ",
        delay / 1'000'000, " ms",
        x.policy.alarmed(now) ? " (it keeps ending: please look)" : "");
    this->delayed_send(this, caf::timespan{delay}, restart_atom_v, name,
                       x.life);
  }

  void end(const caf::actor& x) {
    // High priority: a full mailbox does not delay it.
    caf::anon_send<caf::message_priority::high>(
      x, caf::exit_msg{x.address(), caf::exit_reason::user_shutdown});
  }

  void stop_phase_by_phase() {
    auto next = std::min_element(
      children_.begin(), children_.end(), [](auto& a, auto& b) {
        auto rank = [](auto& kvp) {
          return std::make_pair(!kvp.second.handle, kvp.second.stop_phase);
        };
        return rank(a) < rank(b);
      });
    if (next == children_.end() || !next->second.handle)
      return this->quit(caf::exit_reason::user_shutdown);
    auto phase = next->second.stop_phase;
    if (std::exchange(phase_, phase) == phase)
      return; // Others of the phase are still to come.
    for (auto& [name, x] : children_)
      if (x.handle && x.stop_phase == phase)
        end(x.handle);
    this->delayed_send(this, phase_patience, stop_atom_v, phase);
  }

  std::map<std::string, child> children_;
  uint64_t lives_ = 0; ///< Begun by all children so far.
  bool stopping_ = false;
  int phase_ = -1; ///< The phase being ended.
};

} // namespace camnode
