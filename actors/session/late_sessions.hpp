#pragma once

#include "actors/session/manifest_file.hpp"
#include "actors/session/session_report.hpp"
#include "actors/shared/fleet.hpp"
#include "actors/shared/sensor_board.hpp"
#include "messages/session_info.hpp"

#include <caf/timespan.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// What became of a session in earlier processes.
struct session_past {
  std::vector<int64_t> resumed_ms;          ///< When it was resumed.
  std::map<std::string, uint32_t> restarts; ///< By actor.
};

/// A stopped session whose files are not all complete yet.
struct late_session {
  session_info session;
  session_past past;

  /// Those that are gone since, too, with what was known of their clocks.
  std::vector<fleet_member> cameras;
  sensor_board_ptr sensors;
  manifest_file file;
};

/// A copy of `x` with a board of its own: what the viewer sees after the stop
/// is not of that session.
fleet_member frozen(fleet_member x);

/// The cameras with what their books of session `x` are at one instant.
std::vector<fleet_member> with_books_of(const session_info& x,
                                        std::vector<fleet_member> cameras);

/// Who has not finished the stopped session `x` yet, or may still come to it:
/// cameras' ids, and "sensors"; empty if all have.
std::vector<std::string> who_is_at(const session_info& x,
                                   const std::vector<fleet_member>& cameras,
                                   const sensor_board& sensors);

/// `a, b`
std::string list_of(const std::vector<std::string>& names);

/// The late sessions. Has the books of each kept until its manifest says on
/// disk that it is finished. Outlives the SESSION that added them, so that its
/// next life completes them. One thread at a time, but for `empty`.
class late_sessions {
public:
  /// If there are more, the oldest is left to the next start of the client.
  static constexpr size_t max_sessions = 8;

  /// Makes what the manifest of a session says now.
  using make_view = std::function<session_view(const late_session&)>;

  /// @returns The oldest session, if there are too many now: this process does
  ///          not complete it.
  std::optional<late_session> add(late_session x);

  /// Writes the manifests anew whose books have news.
  /// @returns The sessions that are complete now; they are kept no longer.
  std::vector<session_info> complete(int64_t now_ns, const make_view& view_of);

  /// Waits for the disk, at most for `patience`.
  void wait(caf::timespan patience);

  /// Each with who has not finished it, in the order of their ends.
  std::vector<late_report> look() const;

  /// Why a manifest is not on disk for too long; empty: each one is.
  std::string fault(int64_t now_ns) const;

  /// Any thread.
  bool empty() const {
    return size_ == 0;
  }

private:
  /// Has nothing kept for it any longer.
  static void let_go(late_session& x);

  std::vector<late_session> sessions_; ///< In the order of their ends.
  std::atomic<size_t> size_{0};
};

using late_sessions_ptr = std::shared_ptr<late_sessions>;

} // namespace camnode
