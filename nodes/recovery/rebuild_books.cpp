#include "nodes/recovery/rebuild_books.hpp"

#include "messages/capture_bound.hpp"
#include "messages/disk/number_set.hpp"
#include "messages/disk/segment_schedule.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace camnode {

namespace {

class rebuilder {
public:
  rebuilder(const session_info& session, const manifest_camera& told,
            const std::vector<found_piece>& found)
    : session_(session), told_(told), found_(found) {
  }

  session_books run() {
    auto& x = figures_;
    x.state = ledger_figures::phase::recording;
    x.session_ms = session_.start_ms;
    x.last_error = told_.last_error;
    auto& trouble = told_.last_trouble;
    x.last_trouble = {trouble.text, trouble.time_ms == 0
                                      ? 0
                                      : session_.client_ns(trouble.time_ms)};
    for (auto& told : told_.breaks)
      add_break(told);
    for (auto& loss : told_.losses)
      told_lost_.add({loss.epoch, loss.first, loss.last});
    for (auto& told : told_.breaks)
      if (told.first_unknown() <= told.last_unknown())
        told_lost_.add(
          {told.until.epoch, told.first_unknown(), told.last_unknown()});
    for (auto& piece : found_)
      add(piece);
    x.durable = x.written;
    for (auto& loss : told_.losses)
      add_told(loss);
    go_behind_last();
    count_unlisted();
    // Those that were not listed are found again, as far as films tell.
    x.runs_ended = std::max(x.runs_ended,
                            told_.breaks.size() + told_.unlisted_breaks);
    rebuild_absences();
    return {std::move(figures_), std::move(pieces_), losses_.entries(),
            std::move(breaks_), std::move(absences_)};
  }

private:
  void add(const found_piece& x) {
    if (x.facts.rows == 0)
      return;
    figures_.written += x.facts.rows;
    figures_.bytes += x.facts.bytes;
    figures_.last_capture_ns = x.facts.last_capture_ns;
    if (!x.facts.ranges.empty())
      figures_.flags = x.facts.last_flags;
    recorded_piece piece;
    piece.file = x.stem;
    piece.start_ms = x.start_ms;
    piece.end_ms = x.end_ms;
    piece.frames = x.facts.rows;
    piece.bytes = x.facts.bytes;
    segment_schedule schedule{session_.start_ms, session_.segment_ms};
    // By its first frame, as a name may lie a little before that.
    auto span = schedule.at(whole_ms(x.facts.first_capture_ns));
    piece.index = span ? span->index : 0;
    if (!x.facts.ranges.empty()) {
      piece.epoch = x.facts.ranges.front().epoch;
      piece.first_sequence = x.facts.ranges.front().first;
      piece.last_sequence = x.facts.ranges.back().last;
    }
    for (auto& range : x.facts.ranges)
      add(range);
    pieces_.push_back(std::move(piece));
  }

  void add(const frame_range& x) {
    if (!figures_.first) {
      figures_.first = frame_number{x.epoch, x.first};
      if (x.first > 1) // Of before, wherever that run goes on.
        told_lost_.add({x.epoch, 1, x.first - 1});
    }
    if (figures_.last)
      add_between(*figures_.last, x);
    last_ns_ = x.first_ns;
    there_.add(x);
    // What is in two films is not asked for once more.
    if (!figures_.last || x.epoch == 0 || figures_.last->epoch != x.epoch
        || figures_.last->sequence < x.last)
      figures_.note_last({x.epoch, x.last});
  }

  /// What is missing between two frames and was not told is lost nobody knows
  /// where; unknown, where it is more than a camera captures. A run may go on
  /// that others took turns with.
  void add_between(const frame_number& last, const frame_range& x) {
    auto same = last.epoch == x.epoch;
    auto holes = untold({x.epoch, same ? last.sequence + 1 : 1, x.first - 1},
                        x.first);
    uint64_t missing = 0;
    for (auto& hole : holes)
      add_bounded(missing, hole.last - hole.first + 1);
    recorded_break end{last, x.first_ns, {}};
    auto absurd = x.epoch != 0
                  && missing > most_captured(x.first_ns - last_ns_);
    if (absurd)
      end.until = {x.epoch, holes.back().last + 1};
    if (absurd || (!same && ended_.count(last.epoch) == 0))
      add_break(end);
    if (absurd)
      return;
    add_bounded(found_lost_, missing);
    for (auto& hole : holes)
      count(
        {hole.epoch, hole.first, hole.last, loss_place::unknown, x.first_ns});
  }

  /// The parts of `gap` that are in no film, and not in the manifest.
  /// @param next The number after it.
  std::vector<frame_range> untold(const frame_range& gap, uint64_t next) const {
    std::vector<frame_range> result;
    if (next == 0 || gap.first > gap.last)
      return result;
    for (auto& hole : told_lost_.missing_from(gap))
      for (auto& part : there_.missing_from(hole))
        result.push_back(part);
    return result;
  }

  void add_break(const recorded_break& x) {
    ended_.insert(x.last.epoch);
    ++figures_.runs_ended;
    figures_.last_end = x.last;
    if (breaks_.size() < max_losses)
      breaks_.push_back(x);
  }

  /// What was told as lost and is there was found again.
  void add_told(const recorded_loss& x) {
    auto parts = there_.missing_from({x.epoch, x.first, x.last});
    uint64_t missing = 0;
    for (auto& part : parts)
      add_bounded(missing, part.last - part.first + 1);
    if (!x.exact() && missing > x.frames())
      return count(x); // Others of its numbers were never there.
    for (auto& part : parts)
      count({x.epoch, part.first, part.last, x.place, x.before_ns});
  }

  void count(const recorded_loss& x) {
    auto n = x.frames();
    add_bounded(figures_.lost, n);
    add_bounded(figures_.lost_at[static_cast<size_t>(x.place)], n);
    losses_.add(x);
  }

  /// They are as the manifest told; one that lasted then has ended where frames
  /// came that do not continue those before.
  void rebuild_absences() {
    std::vector<int64_t> starts;
    const frame_range* before = nullptr;
    for (auto& piece : found_)
      for (auto& range : piece.facts.ranges) {
        if (!before || before->epoch != range.epoch
            || before->last + 1 != range.first)
          starts.push_back(range.first_ns);
        before = &range;
      }
    absences_ = absence_log{session_.start_ms * 1'000'000};
    absences_.restore(told_.absences, starts,
                      figures_.written == 0 ? 0 : figures_.last_capture_ns);
  }

  /// What was told as lost right after the last frame is not waited for.
  void go_behind_last() {
    auto& last = figures_.last;
    for (auto& x : losses_.entries())
      if (last && x.epoch == last->epoch && x.first <= last->sequence + 1
          && x.last > last->sequence)
        figures_.note_last({x.epoch, x.last});
  }

  /// A manifest may have had no room to list all losses that it counts. Those
  /// between frames have been found again.
  void count_unlisted() {
    auto unlisted = told_.lost_by_place;
    for (auto& x : told_.losses) {
      auto& n = unlisted[to_string(x.place)];
      n -= std::min(n, x.frames());
    }
    auto left = told_.unlisted_lost
                - std::min(told_.unlisted_lost, found_lost_);
    for (auto& [place, counted] : unlisted) {
      auto n = std::min(counted, left);
      left -= n;
      add_bounded(figures_.lost, n);
      add_bounded(figures_.lost_at[static_cast<size_t>(loss_place_of(place))],
                  n);
    }
  }

  const session_info& session_;
  const manifest_camera& told_;
  const std::vector<found_piece>& found_;
  std::set<uint64_t> ended_; ///< Runs that are named as such.
  uint64_t found_lost_ = 0;  ///< Frames missing between films, and not told.
  loss_list losses_;
  number_set told_lost_; ///< And what is no loss, or unknown.
  int64_t last_ns_ = 0;  ///< Of the first frame of the range before.
  number_set there_;
  ledger_figures figures_;
  std::vector<recorded_piece> pieces_;
  std::vector<recorded_break> breaks_;
  absence_log absences_;
};

} // namespace

session_books rebuild_books(const session_info& session,
                            const manifest_camera& told,
                            const std::vector<found_piece>& found) {
  return rebuilder{session, told, found}.run();
}

} // namespace camnode
