#pragma once

#include "actors/discovery/finder.hpp"
#include "actors/recorder/recorder.hpp"
#include "actors/sensor_log/sensor_log.hpp"
#include "actors/session/session.hpp"
#include "actors/shared/fleet.hpp"
#include "actors/status_port/status_port.hpp"
#include "actors/viewer/viewer.hpp"
#include "nodes/client/client_board.hpp"
#include "nodes/client/listed_server.hpp"
#include "nodes/recovery/recovery.hpp"
#include "nodes/running/supervisor.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// Makes what opens the pieces of a camera.
using make_open_piece = std::function<open_piece(const server_info&)>;

/// Makes what completes those that its recorder could not close.
using make_complete_piece = std::function<complete_piece(const server_info&)>;

/// What a client is made of.
struct client_parts {
  io_thread* io = nullptr; ///< Outlives the actors.
  std::shared_ptr<fleet> cameras;
  frame_ring::limits ring;                 ///< Of each pair.
  std::shared_ptr<ring_budget> ring_total; ///< Of all; null: no bound.
  rate_limits rates;                       ///< Of each camera.
  server_keys_ptr keys;                    ///< Of camnode servers.
  make_open_piece pieces;
  make_complete_piece completers;
  finder_options find;
  sensor_log_options sensors;
  session_options session;
  make_mqtt_client make_client;
  std::shared_ptr<client_board> board;       ///< Never null.
  std::optional<status_port_options> status; ///< None: no HTTP port.
  std::optional<resumed_session> resumed;    ///< To go on with.
  std::vector<std::string> expected; ///< Servers that are to be there, by id.
  inspector_parts inspect;           ///< Without `node`, nobody looks inside.
};

/// The root of a client: DISCOVERY, SESSION, SENSOR LOG, INSPECTOR, and a pair
/// of VIEWER and RECORDER per server. Passes on what they have to tell each
/// other, as a child's handle changes with each of its lives and this actor's
/// does not.
class client_supervisor : public supervisor<client_supervisor_actor::base> {
public:
  client_supervisor(caf::actor_config& cfg, const actor_context& context,
                    client_parts parts);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  /// Recording ends before DISCOVERY says goodbye, so that the truth is told.
  static constexpr int recording_phase = 0;
  static constexpr int discovery_phase = 1;

  /// What belongs to one server.
  struct pair {
    fleet_member member; ///< The fleet has a copy.
    std::shared_ptr<frame_intake> intake;
    viewer_actor viewer;     ///< Of the present life.
    recorder_actor recorder; ///< Of the present life.
    bool present = true;     ///< Whether DISCOVERY knows the server.

    /// Whether frames that the network holds up may still come: for RECORDER.
    std::shared_ptr<std::atomic<bool>> may_return;
    int64_t seen_ns = 0;   ///< When it was last present or connected.
    bool told_off = false; ///< Not to be listed once it is gone.

    bool here() const {
      return present || member.board->look().connected;
    }
  };

  void add_common_children();

  /// What became of session `x` in earlier processes.
  session_past past_of(const session_info& x) const;
  void found(const server_info& x);
  void lost(const server_info& x);
  void tell_off(const std::string& id);

  /// A server has said goodbye, or is silent: all who look are told so.
  void set_absent(pair& x);

  /// Ends whatever was seen at the address of `x` under another id, unless it
  /// is known to be another server.
  void replace_at_address(const server_info& x);

  void replace(const std::string& id, const server_info& by);

  void add_pair(const server_info& x);

  /// @param ledger What is known of its recording.
  void add_pair(const server_info& x, recording_ledger_ptr ledger,
                viewer_board_ptr board);

  /// Goes on with the session that an earlier process left: its cameras are
  /// connected to where they were, whether or not anybody announces them.
  void resume();

  /// Lists the servers that are to be there and are not known.
  void add_expected();

  /// Has the camera take part in the present session, as it was away when that
  /// began.
  void join_session(pair& x);
  void add_viewer(const std::string& id);
  caf::actor start_viewer(const std::string& id, const actor_context& context);
  caf::actor start_recorder(const std::string& id,
                            const actor_context& context);

  /// A session has begun, is stopped, or is complete or late: tells all who
  /// record.
  void pass_on(const session_info& x);

  /// What a new life goes on with: the present session, or the last one, which
  /// may be late.
  session_info session_to_finish() const;

  /// Tells a new SENSOR LOG the sessions that its board has not got to the end
  /// of.
  void catch_up();

  /// Ends pairs whose servers are gone, and are not to be listed.
  void beat();

  listed_server listed(const pair& x) const {
    // Its recorder may still be at a late session.
    auto idle = !session_.exists() && !x.member.ledger->has_any_to_finish();
    auto gave_frames = x.member.board->look().frames > 0;
    return {x.member.server.id, x.here(),    idle,     x.member.expected,
            x.told_off,         gave_frames, x.seen_ns};
  }

  /// Makes room for one more pair, if need be.
  /// @returns false if all are needed.
  bool make_room();
  void remove_pair(const std::string& id);

  /// Completes the session, then ends everything.
  void stop();

  const client_parts parts_;
  std::map<std::string, pair> pairs_; ///< By server id.
  session_info session_;              ///< The present one.

  /// The last ones that ended, in that order; some may still be at them.
  std::deque<session_info> ended_;

  /// Whether a session is on, for those on other threads.
  const std::shared_ptr<std::atomic<bool>> recording_;
  finder_actor finder_;
  session_actor session_keeper_;
  sensor_log_actor sensor_log_;
  bool stop_wanted_ = false;
};

} // namespace camnode
