#pragma once

#include "actors/session/disk_guard.hpp"
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
};

/// What became of a session in earlier processes.
struct session_past {
  std::vector<int64_t> resumed_ms;          ///< When it was resumed.
  std::map<std::string, uint32_t> restarts; ///< By actor.
};

/// SESSION: one recording from start to stop. Ties the session clock to UTC,
/// tells everyone who records through the supervisor, keeps the manifest (at
/// the start, at every cut, at the stop), and tells the truth about it all,
/// from the books of those who write.
///
/// Blocks on the disk: runs detached.
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

  /// Whether all who record have finished the stopped session.
  bool all_finished() const;

  /// Looks how long the disk will last; stops before it is full.
  void guard_disk();

  /// @returns Why there is too little room for `x`; empty: there is not.
  std::string why_no_room(const record_command& x) const;
  void complete();

  /// Writes the manifest if it lacks what cannot be told from the files alone:
  /// losses, other runs of a server, new cameras and sensors.
  void write_if_news();

  session_view view() const;
  std::string state() const;
  std::filesystem::path manifest_path() const;
  void write_manifest(const std::string& state);

  /// Publishes the truth light if it has changed, or a while has passed.
  void tell();

  const session_options options_;
  const std::shared_ptr<fleet> cameras_;
  const sensor_board_ptr sensors_;
  client_supervisor_actor parent_;
  session_info session_;
  session_past past_; ///< Of `session_`.
  disk_guard disk_;
  const int64_t born_ns_;              ///< When this life began.
  std::optional<record_command> next_; ///< Waits for the end of `session_`.
  int64_t cut_ = 0;            ///< Which cut the manifest was last written for.
  std::string written_digest_; ///< Of what it had that files do not tell.
  int64_t written_ns_ = 0;     ///< When that was.
  std::string last_error_;
  uint64_t refused_ = 0;
  std::string told_; ///< What was last published.
  std::string told_digest_;
  int64_t told_ns_ = 0; ///< When that was.
};

} // namespace camnode
