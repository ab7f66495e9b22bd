#include "nodes/client_supervisor.hpp"

#include "messages/clock.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// How long a pair outlives a server that is neither announced nor connected:
/// longer than a restart of the server takes.
constexpr int64_t gone_patience_ns = 10'000'000'000;

/// How long a server that has answered takes to send what it holds, at most.
constexpr int64_t answer_patience_ns = 1'000'000'000;

/// Recording ends before DISCOVERY says goodbye, so that the truth is told.
constexpr int recording_phase = 0;
constexpr int discovery_phase = 1;

} // namespace

client_supervisor::client_supervisor(caf::actor_config& cfg,
                                     const actor_context& context,
                                     client_parts parts)
  : supervisor(cfg, context),
    parts_(std::move(parts)),
    recording_(std::make_shared<std::atomic<bool>>(false)) {
  if (!parts_.resumed)
    return;
  session_ = parts_.resumed->session;
  *recording_ = session_.open();
  parts_.board->set_session(session_);
  parts_.board->sensors->restore(session_.start_ms, parts_.resumed->sensors,
                                 parts_.resumed->outages);
  if (!session_.open())
    parts_.session.stop->draw(session_.start_ms,
                              [this] { return session_.stop_ms; });
}

client_supervisor::behavior_type client_supervisor::make_behavior() {
  set_down_handler([this](caf::down_msg& x) { on_down(x); });
  show_state("running");
  resume();
  add_common_children();
  delayed_send(this, look_interval, beat_atom_v);
  return {
    [this](restart_atom, const std::string& name, uint64_t life) {
      restart(name, life);
    },
    [this](kill_atom, const std::string& name) { kill_child(name); },
    [this](stop_atom) { stop(); },
    [this](stop_atom, int phase) { give_up_phase(phase); },
    [this](found_atom, const server_info& x) { found(x); },
    [this](lost_atom, const server_info& x) { lost(x); },
    [this](const record_command& x) { send(session_keeper_, x); },
    [this](const record_command& x, const std::string& why) {
      send(session_keeper_, x, why);
    },
    [this](const session_info& x) { pass_on(x); },
    [this](stopped_atom) {
      if (stop_wanted_)
        stop_children();
    },
    [this](publish_atom, const std::string& truth) {
      parts_.board->set_truth(truth);
      send(finder_, publish_atom_v, truth);
    },
    [this](beat_atom) {
      look_after_children();
      beat();
      delayed_send(this, look_interval, beat_atom_v);
    },
  };
}

session_past client_supervisor::past_of(const session_info& x) const {
  if (!parts_.resumed || parts_.resumed->session.start_ms != x.start_ms)
    return {};
  return {parts_.resumed->resumed_ms, parts_.resumed->restarts};
}

void client_supervisor::add_common_children() {
  add_child("session", recording_phase, [this](const actor_context& context) {
    session_keeper_ = spawn<session, caf::detached>(
      context, parts_.session, parts_.cameras, parts_.board->sensors,
      client_supervisor_actor{this}, session_, past_of(session_));
    if (stop_wanted_) // Told to an earlier life, perhaps.
      send(session_keeper_, stop_atom_v);
    return caf::actor_cast<caf::actor>(session_keeper_);
  });
  add_child(
    "sensor_log", recording_phase, [this](const actor_context& context) {
      sensor_log_ = spawn<sensor_log, caf::detached>(context, parts_.sensors,
                                                     parts_.make_client,
                                                     parts_.board->sensors);
      catch_up();
      return caf::actor_cast<caf::actor>(sensor_log_);
    });
  if (parts_.status)
    add_child("status_port", discovery_phase,
              [this](const actor_context& context) {
                return caf::actor_cast<caf::actor>(
                  spawn<status_port, caf::detached>(context, *parts_.io,
                                                    *parts_.status));
              });
  add_child("discovery", discovery_phase, [this](const actor_context& context) {
    finder_ = spawn<finder, caf::detached>(context, parts_.find,
                                           parts_.make_client,
                                           client_supervisor_actor{this});
    return caf::actor_cast<caf::actor>(finder_);
  });
  add_inspector(discovery_phase, inspection_of_all());
}

inspector_parts client_supervisor::inspection_of_all() {
  auto result = parts_.inspect;
  result.node.record = [self = weak_self()](const record_command& x) {
    if (auto strong = self.lock())
      caf::anon_send(caf::actor_cast<client_supervisor_actor>(strong), x);
  };
  return result;
}

void client_supervisor::resume() {
  if (!parts_.resumed)
    return;
  for (auto& x : parts_.resumed->cameras) {
    add_pair(x.server, x.ledger, x.viewer);
    pairs_.at(x.server.id).present = false; // Until DISCOVERY says so.
  }
}

void client_supervisor::found(const server_info& x) {
  replace_at_address(x);
  auto i = pairs_.find(x.id);
  if (i == pairs_.end())
    return add_pair(x);
  auto& known = i->second;
  log_info(who(), "server ", x.id, " is at ", x.ip, ":", x.port);
  known.server = x;
  known.present = true;
  *known.may_return = !x.legacy;
  parts_.cameras->put({x, known.ring, known.viewer_figures, known.ledger});
  if (has_child("viewer/" + x.id))
    send(known.viewer, x);
  else // Another server had its address for a while.
    add_viewer(x.id);
}

void client_supervisor::lost(const server_info& x) {
  auto i = pairs_.find(x.id);
  if (i == pairs_.end())
    return;
  log_info(who(), "server ", x.id, " is not announced any more");
  set_absent(i->second);
}

void client_supervisor::set_absent(pair& x) {
  x.present = false;
  *x.may_return = false;
  x.server.online = false;
  x.server.camera_trouble.clear();
  parts_.cameras->put({x.server, x.ring, x.viewer_figures, x.ledger});
}

void client_supervisor::replace_at_address(const server_info& x) {
  for (auto& [id, other] : pairs_) {
    if (id == x.id || other.server.ip != x.ip || other.server.port != x.port)
      continue;
    // Its viewer would connect to the new server: the same pictures twice.
    log_info(who(), "server ", id, " is replaced by ", x.id, " at ", x.ip);
    set_absent(other);
    remove_child("viewer/" + id);
    other.viewer_figures->update([&](viewer_figures& f) {
      f.last_error = "replaced by " + x.id + " at " + x.ip;
    });
    if (!session_.exists() && !other.ledger->owes_any()) {
      auto gone = id;
      return remove_pair(gone);
    }
  }
}

void client_supervisor::add_viewer(const std::string& id) {
  add_child("viewer/" + id, recording_phase,
            [this, id](const actor_context& context) {
              return start_viewer(id, context);
            });
}

void client_supervisor::add_pair(const server_info& x) {
  if (pairs_.size() >= server_table::max_servers) {
    log_warning(who(), "refused server ", x.id, ": there are ", pairs_.size(),
                " already");
    return;
  }
  log_info(who(), "found server ", x.id, " at ", x.ip, ":", x.port,
           x.legacy ? " (legacy)" : "");
  auto ledger = std::make_shared<recording_ledger>();
  if (session_.open())
    ledger->begin(session_);
  add_pair(x, std::move(ledger), std::make_shared<viewer_board>());
}

void client_supervisor::add_pair(const server_info& x,
                                 recording_ledger_ptr ledger,
                                 viewer_board_ptr figures) {
  auto last = ledger->look().last;
  auto& added = pairs_[x.id];
  added.server = x;
  added.seen_ns = parts_.session.clock();
  added.may_return = std::make_shared<std::atomic<bool>>(!x.legacy);
  added.ring = std::make_shared<frame_ring>(parts_.ring);
  added.viewer_figures = std::move(figures);
  added.ledger = std::move(ledger);
  std::optional<stream_position> position;
  if (last)
    position = stream_position{last->epoch, last->sequence};
  added.intake = std::make_shared<frame_intake>(added.ring,
                                                added.viewer_figures, position);
  parts_.cameras->put({x, added.ring, added.viewer_figures, added.ledger});
  add_child("recorder/" + x.id, recording_phase,
            [this, id = x.id](const actor_context& context) {
              return start_recorder(id, context);
            });
  if (!x.ip.empty()) // Else DISCOVERY finds it.
    add_viewer(x.id);
}

caf::actor client_supervisor::start_viewer(const std::string& id,
                                           const actor_context& context) {
  auto& x = pairs_.at(id);
  x.viewer = spawn<viewer>(context, *parts_.io,
                           viewer_parts{x.intake, x.viewer_figures,
                                        [on = recording_] {
                                          return on->load();
                                        }},
                           x.server);
  return caf::actor_cast<caf::actor>(x.viewer);
}

caf::actor client_supervisor::start_recorder(const std::string& id,
                                             const actor_context& context) {
  auto& x = pairs_.at(id);
  x.recorder = spawn<recorder, caf::detached>(
    context,
    recorder_parts{
      x.ring, x.ledger, parts_.segments(x.server), parts_.session.clock,
      parts_.session.stop,
      [may = x.may_return, figures = x.viewer_figures](int64_t stop_ns) {
        auto answered = figures->look().answered_ns;
        auto since = client_clock_ns() - answered;
        return *may && (answered < stop_ns || since < answer_patience_ns);
      },
      parts_.completers ? parts_.completers(x.server) : nullptr});
  // What is in the ring of the sessions before is still written.
  for (auto& earlier : ended_)
    if (x.ledger->owes(earlier.start_ms))
      send(x.recorder, earlier);
  send(x.recorder, session_to_finish());
  return caf::actor_cast<caf::actor>(x.recorder);
}

session_info client_supervisor::session_to_finish() const {
  if (session_.exists() || ended_.empty())
    return session_;
  return ended_.back();
}

void client_supervisor::catch_up() {
  auto at_ms = parts_.board->sensors->session_ms();
  auto i = std::find_if(ended_.begin(), ended_.end(),
                        [=](auto& x) { return x.start_ms == at_ms; });
  for (; i != ended_.end(); ++i)
    send(sensor_log_, *i);
  send(sensor_log_, session_to_finish());
}

void client_supervisor::pass_on(const session_info& x) {
  auto begins = x.open() && x.start_ms != session_.start_ms;
  if (session_.exists() && x.start_ms != session_.start_ms)
    ended_.push_back(session_);
  if (ended_.size() > recording_ledger::max_announced)
    ended_.pop_front();
  session_ = x;
  parts_.board->set_session(x);
  *recording_ = x.open();
  for (auto& [id, member] : pairs_) {
    if (begins)
      member.viewer_figures->clocks().begin();
    if (x.open())
      member.ledger->announce(x);
    send(member.recorder, x);
  }
  // Behind the announcements: no session is over before the sensors' part is.
  send(sensor_log_, x);
}

void client_supervisor::beat() {
  auto now = parts_.session.clock();
  std::vector<std::string> gone;
  for (auto& [id, x] : pairs_) {
    auto here = x.present || x.viewer_figures->look().connected;
    // Its recorder may still be at a session that is over.
    auto busy = x.ledger->owes_any();
    if (here)
      x.seen_ns = now;
    else if (!session_.exists() && !busy && now - x.seen_ns > gone_patience_ns)
      gone.push_back(id);
  }
  for (auto& id : gone)
    remove_pair(id);
  show_state(std::to_string(pairs_.size()) + " cameras"
             + (session_.open() ? ", recording" : ""));
}

void client_supervisor::remove_pair(const std::string& id) {
  log_info(who(), "server ", id, " is gone");
  remove_child("viewer/" + id);
  remove_child("recorder/" + id);
  parts_.cameras->remove(id);
  pairs_.erase(id);
}

void client_supervisor::stop() {
  if (std::exchange(stop_wanted_, true))
    return;
  if (!session_.exists() && parts_.session.late->empty())
    return stop_children();
  show_state("completing the session");
  send(session_keeper_, stop_atom_v);
}

void client_supervisor::on_exit() {
  forget_children();
  pairs_.clear();
  finder_ = nullptr;
  session_keeper_ = nullptr;
  sensor_log_ = nullptr;
}

} // namespace camnode
