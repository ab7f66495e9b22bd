#pragma once

#include "actors/session/disk_guard.hpp"
#include "actors/session/manifest_writer.hpp"
#include "actors/session/session_report.hpp"
#include "actors/shared/fleet.hpp"
#include "actors/shared/observed.hpp"
#include "actors/shared/sensor_board.hpp"
#include "actors/shared/stop_line.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

struct session_options {
  std::string client;             ///< The client's id.
  std::string version;            ///< Of camnode.
  std::filesystem::path dir;      ///< Manifests are written in here.
  caf::timespan segment;          ///< Whole milliseconds.
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
  std::function<int64_t()> utc;   ///< `utc_clock_ns`, or a test's.
  stop_line_ptr stop;             ///< Seen by all who record.
  std::string boot_id = {};       ///< Which run of the machine this is.
  disk_space space = {};          ///< Of the disk that is recorded to.
  int64_t min_minutes = 0;        ///< With less room, a start is refused.

  manifest_writer_ptr manifests
    = new_manifest_writer(); ///< Outlives the actor.
};

/// What became of a session in earlier processes.
struct session_past {
  std::vector<int64_t> resumed_ms;          ///< When it was resumed.
  std::map<std::string, uint32_t> restarts; ///< By actor.
};

/// SESSION: one recording from start to stop. Ties the session clock to UTC,
/// tells everyone who records through the supervisor, keeps the manifest (at
/// the start, at every cut, at the stop), and tells the truth about it all,
/// from the books of those who write. A session is kept until its manifest says
/// on disk that it is finished.
///
/// Does not touch the disk, but waits a moment for manifests: runs detached.
class session : public observed<session_actor::base> {
public:
  /// @param current The session that an earlier life of this actor, or an
  ///        earlier process, left on.
  session(caf::actor_config& cfg, const actor_context& context,
          session_options options, std::shared_ptr<fleet> cameras,
          sensor_board_ptr sensors, client_supervisor_actor parent,
          session_info current, session_past past = {});

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  void obey(const record_command& x);
  void start(const record_command& x);

  /// Ends the session at `when_ns` on the client's clock, or a moment from now
  /// if that is later.
  void stop(int64_t when_ns);

  /// The node is ending.
  void hurry();
  void refuse(const std::string& why);

  /// Starts with `x` as soon as the last session is complete.
  void wait_with(const record_command& x);

  void beat();

  /// How far a manifest is.
  struct manifest_state {
    std::filesystem::path path;
    std::string digest;   ///< Of what it has that files do not tell.
    std::string state;    ///< As the newest version says.
    uint64_t version = 0; ///< The newest one; 0: there is none yet.
    size_t bytes = 0;     ///< Of that.
    int64_t asked_ns = 0; ///< When it was made.
    int64_t unwritten_ns
      = 0;              ///< Since when the disk lacks one; 0: it does not.
    std::string error;  ///< Why it does.
    bool stale = false; ///< A new version is due.
  };

  /// A session that is over, though not all who record have finished it.
  struct late_session {
    session_info session;
    session_past past;

    /// Even those that are gone since, with what was known of their clocks.
    std::vector<fleet_member> cameras;
    manifest_state file;
  };

  /// Whether the session `session_ms` began after the late session `x`, however
  /// UTC was set.
  bool is_later(int64_t session_ms, const session_info& x) const;

  /// Who has not finished the stopped session `x` yet: cameras' ids, and
  /// "sensors"; empty if all have.
  std::vector<std::string>
  who_is_at(const session_info& x,
            const std::vector<fleet_member>& cameras) const;

  /// Looks how long the disk will last; stops before it is full.
  void guard_disk();

  /// @returns Why there is too little room for `x`; empty: there is not.
  std::string why_no_room(const record_command& x) const;

  /// Ends the stopped session if its manifest says that it is finished, or
  /// nobody can wait for that any longer.
  void complete(bool time_is_up);

  /// Goes on without waiting for `who`, who has not finished the present
  /// session.
  void leave_late(const std::vector<std::string>& who);

  /// Has the manifests of late sessions completed, as far as their books are.
  void complete_late();

  /// @returns Whether the manifest of `x` is complete now.
  bool complete_late(late_session& x);

  /// Gives up on a late session, as there are too many: the next start of the
  /// client completes it.
  void give_up(const late_session& x);

  /// Keeps nothing for a late session any longer.
  void let_go(const late_session& x);

  /// Has the log name those that this process will not complete, and why.
  void tell_late() const;

  /// Nothing is left to be done for the present session.
  void forget_session();

  /// Has a manifest written.
  void write(manifest_state& file, const session_view& x);

  /// Likewise, if the last version was refused, or lacks what cannot be told
  /// from the files alone: losses, other runs of a server, new cameras and
  /// sensors.
  void write_if_news(manifest_state& file, const session_view& x);

  /// Looks what became of it.
  void check(manifest_state& file);

  /// Whether the session is finished, on disk.
  static bool is_closed(const manifest_state& file) {
    return file.state == "finished" && file.unwritten_ns == 0;
  }

  /// Why a manifest is not on disk for too long; empty: each one is.
  std::string manifest_fault() const;

  session_view view() const;
  session_view view_of(const session_info& x, const session_past& past,
                       std::vector<fleet_member> cameras) const;
  std::string state() const;

  /// What a manifest says of `x`.
  std::string manifest_state_of(const session_info& x,
                                const std::vector<fleet_member>& cameras) const;

  /// Publishes the truth light if it has changed, or a while has passed.
  void tell();

  const session_options options_;
  const std::shared_ptr<fleet> cameras_;
  const sensor_board_ptr sensors_;
  client_supervisor_actor parent_;
  session_info session_;
  session_past past_;   ///< Of `session_`.
  manifest_state file_; ///< Likewise.
  disk_guard disk_;
  const int64_t born_ns_;              ///< When this life began.
  std::optional<record_command> next_; ///< Waits for the end of `session_`.
  std::vector<late_session> late_;     ///< In the order of their ends.
  bool ending_ = false;                ///< The node is.
  int64_t cut_ = 0; ///< Which cut the manifest was last written for.
  std::string last_error_;
  std::string told_fault_; ///< What was logged of `manifest_fault`.
  uint64_t refused_ = 0;
  std::string told_; ///< What was last published.
  std::string told_digest_;
  int64_t told_ns_ = 0; ///< When that was.
};

} // namespace camnode
