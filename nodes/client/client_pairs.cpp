// How the client's supervisor makes and ends the pair of a server.

#include "nodes/client/client_supervisor.hpp"

#include "messages/clock.hpp"
#include "nodes/client/shared_addresses.hpp"

#include <atomic>
#include <memory>

namespace camnode {

namespace {

/// How long a server that has answered takes to send what it holds, at most.
constexpr int64_t answer_patience_ns = 1'000'000'000;

} // namespace

void client_supervisor::add_viewer(const std::string& id) {
  add_child("viewer/" + id, recording_phase,
            [this, id](const actor_context& context) {
              return start_viewer(id, context);
            });
}

caf::actor client_supervisor::start_viewer(const std::string& id,
                                           const actor_context& context) {
  auto& x = pairs_.at(id);
  x.viewer = spawn<viewer>(context, *parts_.io,
                           viewer_parts{x.intake, x.member.board,
                                        [on = recording_] {
                                          return on->load();
                                        },
                                        x.member.ring, parts_.keys},
                           x.member.server);
  return caf::actor_cast<caf::actor>(x.viewer);
}

caf::actor client_supervisor::start_recorder(const std::string& id,
                                             const actor_context& context) {
  auto& x = pairs_.at(id);
  auto& member = x.member;
  x.recorder = spawn<recorder, caf::detached>(
    context, recorder_parts{
               member.ring, member.ledger, parts_.pieces(member.server),
               parts_.session.clock, parts_.session.stop,
               [may = x.may_return, board = member.board](int64_t stop_ns) {
                 auto answered = board->look().answered_ns;
                 auto since = client_clock_ns() - answered;
                 return *may
                        && (answered < stop_ns || since < answer_patience_ns);
               },
               parts_.completers ? parts_.completers(member.server) : nullptr});
  auto gone = member.is_gone();
  // What is in the ring of the sessions before is still written.
  for (auto& earlier : ended_)
    if (member.ledger->has_to_finish(earlier.start_ms))
      send(x.recorder, earlier);
  if (auto last = session_to_finish();
      !gone || member.ledger->has_to_finish(last.start_ms))
    send(x.recorder, last);
  return caf::actor_cast<caf::actor>(x.recorder);
}

void client_supervisor::remove_pair(const std::string& id) {
  log_info(who(), "server ", id, " is gone");
  remove_child("viewer/" + id);
  remove_child("recorder/" + id);
  parts_.cameras->remove(id);
  pairs_.erase(id);
}

void client_supervisor::replace_at_address(const server_info& x) {
  std::vector<std::string> replaced;
  for (auto& [id, other] : pairs_) {
    if (id != x.id && same_address(other.member.as_connected(), x)
        && !holds_its_place(other.member, other.present, x))
      replaced.push_back(id);
  }
  for (auto& id : replaced)
    replace(id, x);
}

void client_supervisor::replace(const std::string& id, const server_info& by) {
  auto& x = pairs_.at(id);
  // Its viewer would connect to the new server: the same pictures twice.
  log_info(who(), "server ", id, " is replaced by ", by.id, " at ", by.ip);
  set_absent(x);
  remove_child("viewer/" + id);
  x.member.board->update([&](viewer_figures& f) {
    f.last_error = "replaced by " + by.id + " at " + by.ip;
  });
  if (listed(x).idle && !x.member.expected)
    remove_pair(id);
}

void client_supervisor::join_session(pair& x) {
  if (!session_.open()
      || x.member.ledger->look().session_ms == session_.start_ms)
    return;
  x.member.ledger->announce(session_);
  x.member.ledger->absent_because(session_.start_ms, "it was not there");
  send(x.recorder, session_);
}

void client_supervisor::set_absent(pair& x) {
  x.present = false;
  *x.may_return = false;
  x.member.server.online = false;
  x.member.server.camera_trouble.clear();
  parts_.cameras->put(x.member);
}

} // namespace camnode
