#include "nodes/client/client_supervisor.hpp"

#include "messages/clock.hpp"
#include "nodes/client/shared_addresses.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

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
  add_expected();
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
    [this](lost_atom, const std::string& id) { tell_off(id); },
    [this](const record_command& x) { send(session_keeper_, x); },
    [this](refuse_atom, const std::string& why) {
      send(session_keeper_, refuse_atom_v, why);
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
  add_inspector(discovery_phase, parts_.inspect,
                [self = weak_self()](const record_command& x) {
                  if (auto strong = self.lock())
                    caf::anon_send(caf::actor_cast<client_supervisor_actor>(
                                     strong),
                                   x);
                });
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
}

void client_supervisor::resume() {
  if (!parts_.resumed)
    return;
  for (auto& x : parts_.resumed->cameras) {
    auto server = x.server;
    if (!is_known_by_address(server)) // Else it may call itself anything.
      server.announced_id = server.id;
    add_pair(server, x.ledger, x.board);
    pairs_.at(x.server.id).present = false; // Until DISCOVERY says so.
  }
}

void client_supervisor::add_expected() {
  for (auto& id : parts_.expected) {
    if (pairs_.count(id) == 0) {
      server_info x;
      x.id = id;
      add_pair(x, std::make_shared<recording_ledger>(),
               std::make_shared<viewer_board>());
      join_session(pairs_.at(id));
    }
    auto& expected = pairs_.at(id);
    expected.present = false;     // Until DISCOVERY says so.
    *expected.may_return = false; // A stop waits for nobody.
    expected.member.expected = true;
    parts_.cameras->put(expected.member);
  }
}

void client_supervisor::found(const server_info& x) {
  auto i = pairs_.find(x.id);
  if (i == pairs_.end() && stop_wanted_)
    return; // There may be hundreds, and each would end at once.
  replace_at_address(x);
  if (i == pairs_.end())
    return add_pair(x);
  auto& known = i->second;
  log_info(who(), "server ", x.id, " is at ", x.ip, ":", x.port);
  known.member.server = x;
  known.present = true;
  known.told_off = false;
  *known.may_return = !x.legacy;
  parts_.cameras->put(known.member);
  join_session(known);
  if (has_child("viewer/" + x.id))
    send(known.viewer, x);
  else // Another server had its address for a while.
    add_viewer(x.id);
}

void client_supervisor::lost(const server_info& x) {
  auto i = pairs_.find(x.id);
  if (i == pairs_.end())
    return;
  log_info(who(), "server ", x.id,
           x.goodbye ? " said goodbye" : " is not announced any more");
  i->second.member.server.goodbye = x.goodbye;
  set_absent(i->second);
  if (stop_wanted_)
    return;
  // Its address may have been given to another one before this was known.
  for (auto& [id, other] : pairs_)
    if (id != x.id && other.present && same_address(other.member.server, x))
      return replace_at_address(server_info{other.member.server});
}

void client_supervisor::tell_off(const std::string& id) {
  auto i = pairs_.find(id);
  if (i != pairs_.end())
    i->second.told_off = true;
}

void client_supervisor::add_pair(const server_info& x) {
  if (!make_room()) {
    log_warning(who(), "refused server ", x.id, ": there are ", pairs_.size(),
                " already");
    return;
  }
  log_info(who(), "found server ", x.id, " at ", x.ip, ":", x.port,
           x.legacy ? " (legacy)" : "");
  auto ledger = std::make_shared<recording_ledger>();
  if (session_.open()) {
    ledger->begin(session_);
    ledger->absent_because(session_.start_ms, "nobody had announced it");
  }
  add_pair(x, std::move(ledger), std::make_shared<viewer_board>());
}

void client_supervisor::add_pair(const server_info& x,
                                 recording_ledger_ptr ledger,
                                 viewer_board_ptr board) {
  auto last = ledger->look().last;
  auto& added = pairs_[x.id];
  auto& member = added.member;
  member.server = x;
  member.ring = std::make_shared<frame_ring>(parts_.ring, parts_.ring_total);
  member.board = std::move(board);
  member.ledger = std::move(ledger);
  added.seen_ns = parts_.session.clock();
  added.may_return = std::make_shared<std::atomic<bool>>(!x.legacy);
  std::optional<stream_position> position;
  if (last)
    position = stream_position{last->epoch, last->sequence};
  added.intake = std::make_shared<frame_intake>(member.ring, member.board,
                                                position, parts_.rates);
  parts_.cameras->put(member);
  add_child("recorder/" + x.id, recording_phase,
            [this, id = x.id](const actor_context& context) {
              return start_recorder(id, context);
            });
  if (!x.ip.empty()) // Else DISCOVERY finds it.
    add_viewer(x.id);
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
  for (auto& [id, known] : pairs_) {
    auto& member = known.member;
    // Who was ended before has no part in it, unless it comes back.
    auto ours = member.ledger->look().session_ms == x.start_ms;
    if (x.open() && !ours && member.is_gone())
      continue;
    if (begins)
      member.board->clocks().begin();
    if (x.open())
      member.ledger->announce(x);
    send(known.recorder, x);
  }
  // After the announcements: no session is complete before the sensors' part.
  send(sensor_log_, x);
}

void client_supervisor::beat() {
  auto now = parts_.session.clock();
  std::vector<std::string> gone;
  for (auto& [id, x] : pairs_) {
    if (x.here()) {
      x.seen_ns = now;
      continue;
    }
    auto look = listed(x);
    if (is_to_go(look, now))
      gone.push_back(id);
    else if (look.idle && x.member.server.goodbye && has_child("viewer/" + id))
      remove_child("viewer/" + id); // Nobody is there to connect to.
  }
  for (auto& id : gone)
    remove_pair(id);
  for (auto& [id, by] : doubles_in(parts_.cameras->look()))
    replace(id, by);
  show_state(std::to_string(pairs_.size()) + " cameras"
             + (session_.open() ? ", recording" : ""));
}

bool client_supervisor::make_room() {
  if (pairs_.size() < server_table::max_servers)
    return true;
  std::vector<listed_server> all;
  for (auto& [id, x] : pairs_)
    all.push_back(listed(x));
  auto id = first_to_go(all);
  if (id)
    remove_pair(*id);
  return id.has_value();
}

void client_supervisor::stop() {
  // It overtakes all that waits, which may tell of a session that has begun.
  if (!std::exchange(stop_wanted_, true))
    return send(this, stop_atom_v);
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
