#pragma once

#include "actors/base/trouble_note.hpp"
#include "actors/shared/absence_log.hpp"
#include "actors/shared/loss_list.hpp"
#include "messages/disk/session_records.hpp"
#include "messages/frame.hpp"
#include "messages/session_info.hpp"

#include <array>
#include <cstdint>
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
  /// camera captured after `last`.
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

  uint64_t films = 0;    ///< Those that ever had a frame.
  uint64_t captured = 0; ///< The most that were ever written or lost.
  ledger_reversals reversed;
};

/// The books of one camera in one session: what is on disk, and what is missing
/// and why. A value; not thread safe.
class session_books {
public:
  session_books() = default;

  /// Of a session that begins.
  explicit session_books(int64_t session_ms);

  /// As an earlier process left them.
  session_books(ledger_figures figures, std::vector<recorded_piece> pieces,
                std::vector<recorded_loss> losses,
                std::vector<recorded_break> breaks, absence_log absences);

  /// What is left of them when others are opened.
  session_books closed() const;

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

  /// Whether nothing will be added any more, and all files are complete.
  bool is_complete() const;

  const ledger_figures& figures() const {
    return figures_;
  }

  const std::vector<recorded_piece>& pieces() const {
    return pieces_;
  }

  const loss_list& losses() const {
    return losses_;
  }

  /// At most `max_losses`.
  const std::vector<recorded_break>& breaks() const {
    return breaks_;
  }

private:
  /// What is certain, as far as later notes can change it.
  struct certain_books {
    ledger_figures figures;
    size_t pieces = 0;
    recorded_piece last_piece;
    size_t breaks = 0;
    absence_log absences;
  };

  void make_certain();
  void show_trouble();
  void add_to(recorded_piece& to, const frame& x);
  void count_captured();

  /// Names `n` frames of `x` that were written and are not in its file.
  void lose_tail(const recorded_piece& x, uint64_t n, int64_t end_ms);

  ledger_figures figures_;
  std::vector<recorded_piece> pieces_;
  loss_list losses_;
  std::vector<recorded_break> breaks_;
  absence_log absences_;
  trouble_note trouble_;
  bool wrote_since_ = false; ///< It failed.
  certain_books certain_;
  std::set<int64_t> starts_; ///< Of all files ever opened.
  std::set<uint64_t> begun_; ///< Segments that had a piece.
};

} // namespace camnode
