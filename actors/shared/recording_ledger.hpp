#pragma once

#include "actors/base/histogram.hpp"
#include "actors/base/trouble_note.hpp"
#include "actors/shared/absence_log.hpp"
#include "actors/shared/loss_list.hpp"
#include "messages/disk/session_records.hpp"
#include "messages/frame.hpp"
#include "messages/session_info.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace camnode {

/// What was noted and taken back since, as the disk did not keep it. Only
/// grows within a session.
struct ledger_reversals {
  uint64_t times = 0;
  uint64_t written = 0;
  uint64_t bytes = 0;
  std::array<uint64_t, loss_places> lost_at{};
};

/// The books of one camera in one session, as of one look.
struct ledger_figures {
  enum class phase { idle, recording, finished };

  phase state = phase::idle;
  int64_t session_ms = 0; ///< `start_ms` of the session.
  uint64_t written = 0;
  uint64_t durable = 0; ///< Frames that survive a power cut.
  uint64_t bytes = 0;
  int64_t durable_ns = 0; ///< `client_clock_ns` of the last proof of that.
  uint64_t lost = 0;
  std::array<uint64_t, loss_places> lost_at{}; ///< By `loss_place`.
  std::optional<frame_number> first;           ///< Written.
  std::optional<frame_number> last;            ///< Written, or named as lost.
  int64_t last_capture_ns = 0;     ///< Session clock, of the last one written.
  uint32_t flags = 0;              ///< Of the last one written.
  std::string last_error;          ///< Of now: nothing was durable since.
  trouble_note::past last_trouble; ///< `last_error` of before.

  /// The stream broke off before the stop: nobody knows how many frames the
  /// camera captured behind `last`.
  bool end_unknown = false;

  /// Servers' restarts within the session; connections lost, where frames have
  /// no numbers.
  uint64_t runs_ended = 0;
  std::optional<frame_number> last_end; ///< Where the newest of these was.

  /// The newest runs of the server, each with the last number that was written
  /// or named as lost; at most `max_runs`, the present one last.
  std::vector<frame_number> runs;
  static constexpr size_t max_runs = 1000;

  /// The last number of run `epoch` that is in the books; 0: none.
  uint64_t last_of(uint64_t epoch) const;

  /// `x` is the newest number in the books.
  void note_last(const frame_number& x);

  uint64_t films = 0;    ///< Files that ever had a frame.
  uint64_t captured = 0; ///< The most that were ever written or lost.
  ledger_reversals reversed;
};

/// The books of one camera: what of the present session is on disk, and what
/// is missing and why. Outlives the RECORDER, so that the next one goes on
/// behind the last frame in it, and counts nothing twice. Any thread.
class recording_ledger {
public:
  /// Opens the books of a session; keeps them if they are open already.
  void begin(const session_info& session);

  /// Likewise, once whoever is at an earlier session comes to this one: it may
  /// still be writing that. Until then this session is owed.
  void announce(const session_info& session);

  /// Whether session `session_ms` has been announced, and nobody has opened its
  /// books yet.
  bool is_announced(int64_t session_ms) const;

  /// Likewise, or its books are open and not finished.
  bool owes(int64_t session_ms) const;

  /// Whether it owes any session.
  bool owes_any() const;

  /// Whether nothing will be added to session `session_ms` any more, and all
  /// its files are complete. True for one that it has no part in.
  bool is_done_with(int64_t session_ms) const;

  /// The books of session `session_ms` at one instant, whether they are open or
  /// were kept: a copy that nobody changes. Empty ones, if it has none.
  std::shared_ptr<recording_ledger> snapshot(int64_t session_ms) const;

  /// Has the books of session `session_ms` kept, when those of another one are
  /// opened, for whoever has not told all of them.
  void keep(int64_t session_ms);

  /// They need not be kept any longer.
  void forget(int64_t session_ms);

  /// The books of session `session_ms`, if they were kept: they do not change
  /// any more. Null if they are open still, or were not to be kept.
  std::shared_ptr<recording_ledger> kept(int64_t session_ms) const;

  /// Every frame of the session is written, or named as lost.
  void finish();

  /// @param start_ms In the file's name.
  void segment_opened(uint64_t index, int64_t start_ms, std::string file);

  void segment_closed(int64_t end_ms, std::string file);

  /// An earlier segment, which could not be closed, is complete now.
  /// @param frames What its file has, with `bytes` of JPEGs: the books go by
  ///        that. Without any, there is no file.
  void segment_completed(int64_t start_ms, int64_t end_ms, std::string file,
                         uint64_t frames, uint64_t bytes);

  /// @param capture_ns Where it was placed on the session clock.
  void written(const frame& x, int64_t capture_ns = 0);

  /// All frames written up to now are durable.
  void durable(int64_t now_ns);

  /// Takes back all that was noted since the last file was opened, or the last
  /// call of `durable`, whichever came later: the disk did not keep it. Whoever
  /// goes on finds the frames behind that in the ring, and notes them anew.
  void roll_back();

  /// Goes on with the books that an earlier process left.
  void restore(ledger_figures figures, std::vector<recorded_segment> segments,
               std::vector<recorded_loss> losses,
               std::vector<recorded_break> breaks, absence_log absences = {});

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

  /// Whether a file is not complete.
  bool has_open_segment() const;

  /// Whether a file of cut `index` has been opened already.
  bool has_piece(uint64_t index) const;

  /// @returns `wanted`, or the next earlier start that no file has had yet,
  ///          whatever became of it.
  int64_t free_start(int64_t wanted) const;

  ledger_figures look() const;
  std::vector<recorded_segment> segments() const;

  /// The losses, as `loss_list` has them. What is not in there is counted in
  /// `ledger_figures::lost`.
  std::vector<recorded_loss> losses() const;

  /// Likewise bounded; `ledger_figures::runs_ended` counts all of them.
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
  /// What is certain, as far as later notes can change it.
  struct certain_books {
    ledger_figures figures;
    size_t segments = 0;
    recorded_segment last_segment;
    size_t breaks = 0;
    absence_log absences;
  };

  /// What the public ones do. @pre `mutex_` is held.
  void open_books(int64_t session_ms);
  bool announced(int64_t session_ms) const;

  /// What is left of the books when others are opened.
  std::shared_ptr<recording_ledger> closed_books() const;
  void make_certain();
  void show_trouble();
  void add_to(recorded_segment& to, const frame& x);
  void count_captured();

  /// Names `n` frames of `x` that were written and are not in its file.
  void lose_tail(const recorded_segment& x, uint64_t n, int64_t end_ms);

  histogram to_durable_;
  mutable std::mutex mutex_;
  ledger_figures figures_;
  std::vector<recorded_segment> segments_;
  loss_list losses_;
  std::vector<recorded_break> breaks_;
  absence_log absences_;
  trouble_note trouble_;
  bool wrote_since_ = false;       ///< It failed.
  std::vector<int64_t> undurable_; ///< `receive_ns` of what is not durable.
  certain_books certain_;
  std::set<int64_t> starts_;  ///< Of all files ever opened.
  std::set<uint64_t> pieces_; ///< Cuts that had one.

  std::deque<int64_t> announced_; ///< Sessions to come to, in their order.

  /// By session; null while its books are open here.
  std::map<int64_t, std::shared_ptr<recording_ledger>> kept_;
};

using recording_ledger_ptr = std::shared_ptr<recording_ledger>;

} // namespace camnode
