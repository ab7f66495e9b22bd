#pragma once

#include "actors/base/log_pace.hpp"
#include "actors/observed/observed.hpp"
#include "actors/recorder/frame_account.hpp"
#include "actors/recorder/open_pieces.hpp"
#include "actors/recorder/piece_writer.hpp"
#include "actors/recorder/size_limit.hpp"
#include "actors/shared/frame_ring.hpp"
#include "actors/shared/recording_ledger.hpp"
#include "actors/shared/stop_line.hpp"
#include "messages/actors.hpp"
#include "messages/disk/segment_schedule.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace camnode {

/// What a RECORDER works with; all of it outlives it.
struct recorder_parts {
  std::shared_ptr<frame_ring> ring;
  recording_ledger_ptr ledger;
  open_piece open;
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
  stop_line_ptr stop;

  /// Whether the server may still hold frames for us from before `stop_ns`
  /// (client clock): it keeps them while the network is broken, and has not
  /// answered since. A stopped session then waits for it. Empty: no.
  std::function<bool(int64_t stop_ns)> may_return = {};

  /// Completes pieces that were left open. Empty: they wait for the next start
  /// of the node.
  complete_piece complete = {};
};

/// Stores the frames of one camera while there is a session: reads them out of
/// the viewer's ring, each into the segment that its capture time falls in,
/// and makes them durable at most a second later. What it writes, and what is
/// missing, is in the ledger: a recorder that is started again goes on after
/// the last frame in it that is durable. Quits with the writer's error when the
/// disk fails, as retrying is its supervisor's decision. Completes its piece
/// when it ends.
///
/// Blocks on the disk: runs detached.
class recorder : public observed<recorder_actor::base> {
public:
  recorder(caf::actor_config& cfg, const actor_context& context,
           recorder_parts parts);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  void begin(const session_info& x);

  /// Opens the books of session `x`, and finds the place in the ring to begin
  /// at.
  /// @returns false if this actor ends, as the disk failed.
  bool open_books(const session_info& x);

  /// Closes those of the session before, should nobody have done so: what the
  /// ring has of it is still written.
  /// @returns false if this actor ends, as the disk failed.
  bool finish_before(const session_info& next);

  /// Reads what is in the ring, a bounded number of frames at a time.
  void drain();
  frame_ring::reading read();

  /// What the ring let go of before the first look is missing, too.
  void begin_with_gone();

  /// UTC ms on the session clock; 0 while it has no end.
  int64_t stop_ms() const;
  caf::error take(const frame_ring::reading& found);

  /// A frame's place on the session clock.
  struct frame_place {
    int64_t capture_ns;
    int64_t moved_ns; ///< By how much that is later than its capture.
  };

  /// Where `x` is on the session clock: after all frames before it.
  frame_place place(const frame& x) const;

  caf::error write(const frame& x, const frame_place& at);

  /// Closes the piece if `x` has another size than its pictures.
  /// @returns `ec::bad_message` if that would be one piece too many.
  caf::error close_for_size(const frame& x, int64_t capture_ns);

  /// Sets the alarm that is called `of`, logs and notes it, once; or ends it.
  /// @param text Empty: it is over.
  void set_alarm(const std::string& of, const std::string& text);
  void end_alarms();
  caf::error open_for(const frame& x, int64_t capture_ns,
                      const segment_span& span);
  caf::error close_piece(int64_t end_ms);

  /// Reads the ring, syncs, closes what is over, and finishes a stopped
  /// session.
  void beat();

  /// Has the next beat come, while there is a session.
  void beat_later();

  /// All that was written is durable, and so is needed no more.
  void note_durable();
  caf::error sync_if_due(int64_t now_ns);
  caf::error close_if_over(int64_t session_ns);
  bool is_over(int64_t session_ns) const;

  /// The session has ended: completes its files and its books.
  void finish();

  /// Completes them, and goes on holding the ring's frames.
  /// @returns false if this actor ends, as the disk failed.
  bool close_books();
  void note_end_unknown(uint64_t last);

  /// Completes what earlier lives had to leave open as the disk failed.
  void complete_open_pieces();

  /// Ends the actor with `err`, in the ledger too.
  void fail(caf::error err);

  /// Takes back, in the books, what the disk did not promise.
  void roll_back();

  void show_progress();

  const recorder_parts parts_;
  session_info session_;
  frame_ring::position cursor_ = 0;
  bool beating_ = false; ///< A beat is on its way.

  piece_writer_ptr piece_; ///< Null between pieces.
  segment_span span_;      ///< Of `piece_`.
  int64_t start_ms_ = 0;   ///< In the name of `piece_`.
  uint16_t width_ = 0;
  uint16_t height_ = 0;
  int64_t last_capture_ns_ = 0; ///< Of the last frame written.
  frame_account account_;
  size_limit sizes_;
  std::set<std::string> alarms_; ///< Those that are on.
  bool past_stop_ = false;       ///< A frame from after the stop was seen.
  bool unsynced_ = false;
  int64_t synced_ns_ = 0;
  int64_t began_ns_ = 0; ///< When this actor heard of the session.
  int64_t heard_ns_ = 0; ///< When it last found a frame.
};

} // namespace camnode
