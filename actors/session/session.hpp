#pragma once

#include "actors/base/held_folder.hpp"
#include "actors/base/trouble_note.hpp"
#include "actors/observed/observed.hpp"
#include "actors/session/disk_guard.hpp"
#include "actors/session/late_sessions.hpp"
#include "actors/session/manifest_file.hpp"
#include "actors/session/manifest_writer.hpp"
#include "actors/session/roll_call.hpp"
#include "actors/session/session_report.hpp"
#include "actors/session/truth_light.hpp"
#include "actors/shared/fleet.hpp"
#include "actors/shared/sensor_board.hpp"
#include "actors/shared/stop_line.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

struct session_options {
  std::string client;             ///< The client's id.
  std::string version;            ///< Of camnode.
  std::filesystem::path dir;      ///< Manifests are written in here.
  caf::timespan segment;          ///< From cut to cut; whole milliseconds.
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
  std::function<int64_t()> utc;   ///< `utc_clock_ns`, or a test's.
  stop_line_ptr stop;             ///< Seen by all who record.
  std::string boot_id = {};       ///< Which run of the machine this is.
  disk_space space = {};          ///< Of the disk that is recorded to.
  int64_t min_minutes = 0;        ///< With less room, a start is refused.
  uint64_t most_per_camera = 0;   ///< Bytes per second; 0: no bound.

  /// Those that the last session of an earlier process has frames of.
  std::vector<std::string> last_cameras = {};

  held_folder_ptr folder = {}; ///< What is recorded to; null: it stays.

  manifest_writer_ptr manifests
    = new_manifest_writer(); ///< Outlives the actor.

  /// Outlives the actor: its next life completes what the last one left late.
  late_sessions_ptr late = std::make_shared<late_sessions>();
};

/// SESSION: one recording from start to stop. Ties the session clock to UTC,
/// tells everyone who records through the supervisor, keeps the manifest (at
/// the start, at every cut, at the stop), and tells the truth about it all,
/// from the books of those who write. A session is kept until its manifest says
/// on disk that it is finished.
///
/// Writes nothing itself, but looks at the disk and its folder, and waits a
/// moment for manifests: runs detached.
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

  /// Notes in the books of those cameras that give no frame why that is.
  void note_absences();

  /// Looks how long the disk will last; stops before it is full.
  void guard_disk();

  /// @returns Why `x` is not started; empty: it is.
  std::string why_not(const record_command& x) const;

  /// @returns Why there is too little room for `x`; empty: there is not.
  std::string why_no_room(const record_command& x) const;

  void note_error(std::string text);
  /// Why a stop that names a session does not mean the present one; empty: it
  /// does.
  std::string why_other(const record_command& x) const;

  /// Ends the stopped session if its manifest says that it is finished, or
  /// nobody can wait for that any longer.
  void complete(bool time_is_up);

  /// Goes on without waiting for those in `who`, who have not finished the
  /// present session: it is late.
  void leave_late(const std::vector<std::string>& who);

  /// Writes the manifests of late sessions, and forgets those that are
  /// complete.
  void complete_late();

  /// The node is ending: completes what can be completed at once, and has the
  /// log name the late sessions that this process leaves, and why.
  void leave_all_late();

  /// Nothing is left to be done for the present session.
  void forget_session();

  /// Has the manifest of the present session written.
  void write();

  /// Why a manifest is not on disk for too long; empty: each one is.
  std::string manifest_fault() const;
  void show_fault();

  /// Raises an alarm while the data folder is not what it was, and ends it.
  void show_folder();

  session_view view() const;
  session_view view_of(const session_info& x, const session_past& past,
                       std::vector<fleet_member> cameras) const;

  /// What the manifest of `x` says now: whether it is finished, and the books
  /// as they are then.
  session_view manifest_view(const session_info& x, const session_past& past,
                             const std::vector<fleet_member>& cameras) const;
  std::string state() const;

  /// Publishes the truth light if it has changed, or a while has passed.
  void tell();

  const session_options options_;
  const std::shared_ptr<fleet> cameras_;
  const sensor_board_ptr sensors_;
  client_supervisor_actor parent_;
  session_info session_;
  session_past past_;  ///< Of `session_`.
  manifest_file file_; ///< Of `session_`.
  disk_guard disk_;
  const int64_t born_ns_;              ///< When this life began.
  std::optional<record_command> next_; ///< Waits for the end of `session_`.
  bool ending_ = false;                ///< The node is.
  int64_t cut_ = 0; ///< Which cut the manifest was last written for.
  trouble_note error_;
  roll_call cameras_called_;
  std::string told_fault_;  ///< What was logged of `manifest_fault`.
  std::string told_folder_; ///< What was logged of the data folder.
  uint64_t refused_ = 0;
  truth_light light_;
};

} // namespace camnode
