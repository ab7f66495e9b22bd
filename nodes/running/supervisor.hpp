#pragma once

#include "actors/base/log.hpp"
#include "actors/observed/observed.hpp"
#include "messages/actors.hpp"
#include "messages/clock.hpp"
#include "nodes/inspection/inspector.hpp"
#include "nodes/running/liveness.hpp"
#include "nodes/running/restart_policy.hpp"

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
/// when they end for whatever reason, and ends them in order. A child that does
/// not answer is told to end, and followed by its next life once it has: two
/// lives of one child never overlap, as they would write the same files, or
/// read the same camera. Until then, and while a child keeps ending, there is
/// an alarm.
/// @tparam Base `x_actor::base` of an interface that extends
///         `supervisor_actor`.
template <class Base>
class supervisor : public observed<Base> {
public:
  using observed<Base>::observed;

protected:
  /// Starts a child, as `context.name`. What it throws counts as an end.
  using start_child = std::function<caf::actor(const actor_context& context)>;

  /// How often `look_after_children` is to be called.
  static constexpr auto look_interval = std::chrono::seconds(1);

  /// Asks each child whether it lives, tells those to end that do not answer,
  /// and raises and ends alarms.
  void look_after_children() {
    auto now = now_ns();
    for (auto& [name, x] : children_) {
      if (!stopping_)
        ask(name, x);
      this->alarms().set(name, alarm_of(x, now));
    }
  }

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

  /// Adds INSPECTOR, with this actor to end children. Before whoever else
  /// answers those who look inside.
  /// @param record Passes commands on; empty where nothing is recorded.
  void add_inspector(int stop_phase, const inspector_parts& parts,
                     std::function<void(const record_command&)> record = {}) {
    if (!parts.node)
      return;
    auto kill = [self = weak_self()](const std::string& name) {
      if (auto strong = self.lock())
        caf::anon_send<caf::message_priority::high>(
          caf::actor_cast<supervisor_actor>(strong), kill_atom_v, name);
    };
    parts.node->obey({std::move(kill), std::move(record)});
    add_child("inspector", stop_phase, [=](const actor_context& context) {
      return caf::actor_cast<caf::actor>(
        this->template spawn<inspector, caf::detached>(context, parts));
    });
  }

  /// For callbacks of those who may outlive this actor.
  caf::weak_actor_ptr weak_self() {
    return caf::actor_cast<caf::weak_actor_ptr>(
      caf::actor_cast<caf::strong_actor_ptr>(this->ctrl()));
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
      end(i->second.handle, caf::exit_reason::user_shutdown);
    }
    this->alarms().set(name, {});
    this->directory().forget(name);
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
    end(i->second.handle, caf::exit_reason::kill);
  }

  /// Ends all children, phase by phase, then this actor.
  void stop_children() {
    if (std::exchange(stopping_, true))
      return;
    this->show_state("stopping");
    for (auto& child : children_)
      this->directory().unschedule(child.first);
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
    liveness alive;
    bool deaf = false;    ///< Does not answer, and has been told to end.
    std::string last_end; ///< Why the last life ended.
  };

  int64_t now_ns() {
    return std::chrono::nanoseconds(this->clock().now().time_since_epoch())
      .count();
  }

  void run(const std::string& name, child& x) {
    x.life = ++lives_;
    x.alive = {};
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
    x.deaf = false;
    x.last_end = why;
    this->show_error(name + ": " + why);
    this->alarms().set(name, alarm_of(x, now));
    log(x.policy.alarmed(now) ? log_level::error : log_level::warning,
        this->who(), name, " ended: ", why, "; starting it again in ",
        delay / 1'000'000, " ms",
        x.policy.alarmed(now) ? " (it keeps ending: please look)" : "");
    this->directory().schedule(name, this->who(), why,
                               client_clock_ns() + delay);
    this->delayed_send(this, caf::timespan{delay}, restart_atom_v, name,
                       x.life);
  }

  static void end(const caf::actor& x, caf::error why) {
    // High priority: a full mailbox does not delay it.
    caf::anon_send<caf::message_priority::high>(x,
                                                caf::exit_msg{x.address(),
                                                              std::move(why)});
  }

  /// An actor that is stuck in a call of the system cannot be ended from
  /// outside; it sees that it has to end when the call returns.
  void ask(const std::string& name, child& x) {
    auto probe = x.handle ? this->directory().find(x.handle.id()) : nullptr;
    if (!probe)
      return;
    switch (x.alive.look(probe->answers())) {
      case liveness::verdict::ask:
        caf::anon_send<caf::message_priority::high>(x.handle,
                                                    alive_atom::value);
        break;
      case liveness::verdict::wait:
        break;
      case liveness::verdict::dead:
        x.deaf = true;
        log_error(this->who(), name, " does not answer since ",
                  liveness::patience, " s; it is started again once it ends");
        this->show_error(name + ": does not answer");
        end(x.handle, caf::make_error(ec::unavailable,
                                      std::string{"did not answer for 5 s"}));
        break;
    }
  }

  static std::string alarm_of(const child& x, int64_t now_ns) {
    if (x.deaf)
      return "does not answer; started again once it ends";
    if (x.policy.alarmed(now_ns))
      return "keeps ending: " + x.last_end;
    return {};
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
        end(x.handle, caf::exit_reason::user_shutdown);
    this->delayed_send(this, phase_patience, stop_atom_v, phase);
  }

  std::map<std::string, child> children_;
  uint64_t lives_ = 0; ///< Begun by all children so far.
  bool stopping_ = false;
  int phase_ = -1; ///< The phase being ended.
};

} // namespace camnode
