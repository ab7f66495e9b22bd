#pragma once

#include "actors/base/histogram.hpp"
#include "actors/shared/book_shelf.hpp"
#include "actors/shared/session_books.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace camnode {

/// The books of one camera: those of the present session, and those of late
/// ones until their manifests have them. Remembers the sessions that RECORDER
/// has not begun yet. Outlives the RECORDER, so that the next one goes on after
/// the last frame in it, and counts nothing twice. Any thread.
class recording_ledger {
public:
  recording_ledger() = default;

  /// Goes on with the books that an earlier process left.
  explicit recording_ledger(session_books books);

  /// Opens the books of a session; keeps them if they are open already.
  void begin(const session_info& session);

  /// Has RECORDER open the books of a session when it has finished an earlier
  /// one, which it may still be writing.
  void announce(const session_info& session);

  /// Whether session `session_ms` has been announced, and nobody has opened its
  /// books yet.
  bool is_announced(int64_t session_ms) const;

  /// Whether the recorder has still to finish session `session_ms`: it has been
  /// announced, or its books are open and not finished.
  bool has_to_finish(int64_t session_ms) const;

  /// Whether the recorder has still to finish any session.
  bool has_any_to_finish() const;

  /// Whether nothing will be added to session `session_ms` any more, and all
  /// its files are complete. True for one that it has no part in.
  bool is_done_with(int64_t session_ms) const;

  /// The books of session `session_ms` at one instant, whether they are open or
  /// were kept: a copy that nobody changes. Empty ones, if it has none.
  std::shared_ptr<recording_ledger> snapshot(int64_t session_ms) const;

  /// Keeps the books of session `session_ms` when those of another one are
  /// opened: its manifest does not have all of them yet.
  void keep(int64_t session_ms);

  /// They need not be kept any longer.
  void forget(int64_t session_ms);

  /// Every frame of the session is written, or named as lost.
  void finish();

  /// @param start_ms In the file's name.
  void piece_opened(uint64_t index, int64_t start_ms, std::string file);

  void piece_closed(int64_t end_ms, std::string file);

  /// An earlier piece, which could not be closed, is complete now.
  /// @param frames What its file has, with `bytes` of JPEGs: the books go by
  ///        that. Without any, there is no file.
  void piece_completed(int64_t start_ms, int64_t end_ms, std::string file,
                       uint64_t frames, uint64_t bytes);

  /// @param capture_ns Where it was placed on the session clock.
  void written(const frame& x, int64_t capture_ns = 0);

  /// All frames written up to now are durable.
  void durable(int64_t now_ns);

  /// Takes back all that was noted since the last file was opened, or the last
  /// call of `durable`, whichever came later: the disk did not keep it. The
  /// next RECORDER finds the frames after that in the ring, and notes them
  /// anew.
  void roll_back();

  /// Notes why no frame of session `session_ms` comes at present.
  void absent_because(int64_t session_ms, const std::string& why);

  /// When the camera was away in `session`; all of the time, if nobody has
  /// opened its books.
  /// @param now_ns `client_clock_ns`.
  std::vector<absence> absences(const session_info& session,
                                int64_t now_ns) const;

  /// Counts frames lost; beyond what a number can hold, it stays there.
  void lost(const recorded_loss& x);

  /// Notes that another run of the server, a stream without numbers, or one
  /// whose numbers jumped, goes on with a frame at `x.before_ns`. For one
  /// `last`, the first note counts.
  void run_ended(const recorded_break& x);

  /// The last number of run `epoch` in the books; 0: none.
  uint64_t last_of(uint64_t epoch) const;

  /// Notes that the session ended before the stream was seen to reach its end.
  void end_unknown();

  /// The disk refuses something. Is the last trouble once a frame that was
  /// written since is durable.
  /// @param now_ns `client_clock_ns`.
  void failed(std::string error, int64_t now_ns = 0);

  /// Whether a piece is not complete.
  bool has_open_piece() const;

  /// Whether a piece of segment `index` has been opened already.
  bool has_piece(uint64_t index) const;

  /// @returns `wanted`, or the next earlier start that no file has had yet,
  ///          whatever became of it.
  int64_t free_start(int64_t wanted) const;

  ledger_figures look() const;
  std::vector<recorded_piece> pieces() const;

  /// The losses, as `loss_list` has them. What is not in there is counted in
  /// `ledger_figures::lost`.
  std::vector<recorded_loss> losses() const;

  /// At most `max_losses`; `ledger_figures::runs_ended` counts all of them.
  std::vector<recorded_break> breaks() const;

  static constexpr size_t max_losses = loss_list::max_entries;

  /// Sessions that begin and end while one camera is stuck in an earlier one;
  /// of more, the oldest are not come back to.
  static constexpr size_t max_announced = 16;

  /// From the arrival of a frame's last byte to the proof that it is durable;
  /// of all sessions.
  histogram::figures to_durable() const {
    return to_durable_.look();
  }

  /// Of more frames between two proofs, the first ones are in `to_durable`.
  static constexpr size_t max_undurable = 4096;

private:
  /// What the public ones do. @pre `mutex_` is held.
  void open_books(int64_t session_ms);
  bool announced(int64_t session_ms) const;

  /// Those of `session_ms`, open or kept; null: there are none.
  const session_books* books_of(int64_t session_ms) const;

  histogram to_durable_;
  mutable std::mutex mutex_;
  session_books books_;
  std::vector<int64_t> undurable_; ///< `receive_ns` of what is not durable.

  std::deque<int64_t> announced_; ///< Sessions not begun yet, in their order.
  book_shelf<session_books> kept_;
};

using recording_ledger_ptr = std::shared_ptr<recording_ledger>;

} // namespace camnode
