#include "nodes/recovery/camera_books.hpp"

#include "actors/shared/segment_schedule.hpp"
#include "nodes/verify/number_set.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace camnode {

namespace {

class rebuilder {
public:
  rebuilder(const session_info& session, const manifest_camera& told,
            const std::vector<found_segment>& found)
    : session_(session), told_(told), found_(found) {
  }

  camera_books run() {
    auto& x = result_.figures;
    x.state = ledger_figures::phase::recording;
    x.session_ms = session_.start_ms;
    x.last_error = told_.last_error;
    for (auto& told : told_.breaks)
      add_break(told);
    for (auto& loss : told_.losses)
      told_lost_.add({loss.epoch, loss.first, loss.last});
    for (auto& segment : found_)
      add(segment);
    x.durable = x.written;
    for (auto& loss : told_.losses)
      add_told(loss);
    go_behind_last();
    count_unlisted();
    return std::move(result_);
  }

private:
  void add(const found_segment& x) {
    if (x.facts.rows == 0)
      return;
    auto& figures = result_.figures;
    figures.written += x.facts.rows;
    figures.bytes += x.facts.bytes;
    figures.last_capture_ns = x.facts.last_capture_ns;
    if (!x.facts.ranges.empty())
      figures.flags = x.facts.last_flags;
    recorded_segment segment;
    segment.file = x.stem;
    segment.start_ms = x.start_ms;
    segment.end_ms = x.end_ms;
    segment.frames = x.facts.rows;
    segment.bytes = x.facts.bytes;
    segment_schedule schedule{session_.start_ms, session_.segment_ms};
    // By its first frame, as a name may lie a little before that.
    auto span = schedule.at(whole_ms(x.facts.first_capture_ns));
    segment.index = span ? span->index : 0;
    if (!x.facts.ranges.empty()) {
      segment.epoch = x.facts.ranges.front().epoch;
      segment.first_sequence = x.facts.ranges.front().first;
      segment.last_sequence = x.facts.ranges.back().last;
    }
    for (auto& range : x.facts.ranges)
      add(range);
    result_.segments.push_back(std::move(segment));
  }

  void add(const frame_range& x) {
    auto& figures = result_.figures;
    there_.add(x);
    if (!figures.first)
      figures.first = frame_number{x.epoch, x.first};
    if (figures.last)
      add_between(*figures.last, x);
    // What is in two films is not asked for once more.
    if (!figures.last || x.epoch == 0 || figures.last->epoch != x.epoch
        || figures.last->sequence < x.last)
      figures.last = frame_number{x.epoch, x.last};
  }

  /// What is missing between two frames and was not told is lost nobody knows
  /// where.
  void add_between(const frame_number& last, const frame_range& x) {
    frame_range gap{x.epoch, last.epoch == x.epoch ? last.sequence + 1 : 1,
                    x.first - 1};
    if (last.epoch != x.epoch && ended_.count(last.epoch) == 0)
      add_break({last, x.first_ns});
    if (x.first == 0 || gap.first > gap.last)
      return;
    for (auto& hole : told_lost_.missing_from(gap))
      count(
        {hole.epoch, hole.first, hole.last, loss_place::unknown, x.first_ns});
  }

  void add_break(const recorded_break& x) {
    ended_.insert(x.last.epoch);
    ++result_.figures.runs_ended;
    if (result_.breaks.size() < recording_ledger::max_losses)
      result_.breaks.push_back(x);
  }

  /// What was told as lost and is there was found again.
  void add_told(const recorded_loss& x) {
    for (auto& part : there_.missing_from({x.epoch, x.first, x.last}))
      count({x.epoch, part.first, part.last, x.place, x.before_ns});
  }

  void count(const recorded_loss& x) {
    auto n = x.last - x.first + 1;
    result_.figures.lost += n;
    result_.figures.lost_at[static_cast<size_t>(x.place)] += n;
    if (full_)
      return;
    result_.losses.push_back(x);
    if (result_.losses.size() < 2 * recording_ledger::max_losses)
      return;
    join_neighbours();
    // Those of many runs cannot be joined.
    full_ = result_.losses.size() > 3 * recording_ledger::max_losses / 2;
  }

  void join_neighbours() {
    auto losses = std::exchange(result_.losses, {});
    for (size_t i = 0; i < losses.size(); ++i) {
      auto two = i + 1 < losses.size()
                 && losses[i].epoch == losses[i + 1].epoch;
      result_.losses.push_back(two ? join(losses[i], losses[i + 1])
                                   : losses[i]);
      i += two;
    }
  }

  /// What was told as lost right behind the last frame is not waited for.
  void go_behind_last() {
    auto& last = result_.figures.last;
    for (auto& x : result_.losses)
      if (last && x.epoch == last->epoch && x.first <= last->sequence + 1
          && x.last > last->sequence)
        last->sequence = x.last;
  }

  /// A manifest may have had no room to list all losses that it counts.
  void count_unlisted() {
    uint64_t left = 0;
    for (auto& [place, n] : told_.lost_by_place)
      left += n;
    auto unlisted = told_.lost_by_place;
    for (auto& x : told_.losses) {
      left -= std::min(left, x.frames());
      auto& n = unlisted[to_string(x.place)];
      n -= std::min(n, x.frames());
    }
    if (told_.losses.size() < recording_ledger::max_losses)
      return;
    for (auto& [place, counted] : unlisted) {
      auto n = std::min(counted, left);
      left -= n;
      result_.figures.lost += n;
      result_.figures.lost_at[static_cast<size_t>(loss_place_of(place))] += n;
    }
  }

  const session_info& session_;
  const manifest_camera& told_;
  const std::vector<found_segment>& found_;
  std::set<uint64_t> ended_; ///< Runs that are named as such.
  bool full_ = false;        ///< No more losses are listed, only counted.
  number_set told_lost_;
  number_set there_;
  camera_books result_;
};

} // namespace

camera_books rebuild_books(const session_info& session,
                           const manifest_camera& told,
                           const std::vector<found_segment>& found) {
  return rebuilder{session, told, found}.run();
}

recording_ledger_ptr ledger_of(camera_books x) {
  auto result = std::make_shared<recording_ledger>();
  result->restore(std::move(x.figures), std::move(x.segments),
                  std::move(x.losses), std::move(x.breaks));
  return result;
}

} // namespace camnode
