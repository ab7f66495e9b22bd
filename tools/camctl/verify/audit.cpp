#include "tools/camctl/verify/audit.hpp"

#include "messages/capture_bound.hpp"
#include "messages/disk/number_set.hpp"
#include "messages/when.hpp"
#include "tools/camctl/verify/frame_words.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace camnode {

namespace {

std::string in_words(const absence& x) {
  auto from = time_text(x.from_ns, x.from_ns);
  if (x.to_ns == 0)
    return "no frame since " + from + ": " + x.why;
  auto length = duration_text(x.absent_ns);
  auto joined = x.times > 1;
  return (joined ? "no frame for " + length + " in " + std::to_string(x.times)
                     + " times from "
                 : std::string{"no frame from "})
         + from + " to " + time_text(x.to_ns, x.from_ns)
         + (joined ? "" : " (" + length + ")") + ": " + x.why;
}

class camera_auditor {
public:
  camera_auditor(const manifest_camera& books,
                 const std::vector<checked_piece>& pieces, bool over,
                 int64_t near_ns)
    : books_(books),
      pieces_(pieces),
      over_(over),
      words_(books, pieces, near_ns),
      unlisted_(books.unlisted_lost),
      unlisted_breaks_(books.unlisted_breaks) {
    for (auto& x : books_.breaks)
      ended_.insert(x.last.epoch);
  }

  camera_audit run() {
    add_up();
    compare_files();
    name_losses();
    if (over_)
      check_sums();
    else
      check_durable();
    check_numbers();
    result_.faults = faults_.texts();
    for (auto& x : piece_faults_)
      result_.faults.push_back(x);
    return std::move(result_);
  }

private:
  /// Whether `x` is not complete, and need not be. One of its two files may
  /// have its last name already.
  bool is_open(const checked_piece& x) const {
    auto of = [](const checked_piece& y) -> auto& {
      return y.listed;
    };
    return !over_ && may_be_open(x.listed, pieces_, of);
  }

  void add_open(const checked_piece& x) {
    if (x.gone)
      return;
    result_.open.push_back(x.listed.name());
    result_.open_frames += x.facts.film_frames;
    add_faults(x);
  }

  void add_faults(const checked_piece& x) {
    for (auto& fault : x.facts.faults.texts())
      piece_faults_.push_back(x.listed.name() + ": " + fault);
  }

  void add_up() {
    for (auto& x : pieces_) {
      if (is_open(x)) {
        add_open(x);
        continue;
      }
      result_.films += x.listed.film.has_value();
      result_.frames += x.facts.film_frames;
      result_.bytes += x.facts.film_bytes;
      result_.rebuilt += x.facts.index.rebuilt;
      if (!x.listed.film)
        piece_faults_.push_back(x.listed.name()
                                + ": an index without its film");
      else if (!x.listed.index)
        piece_faults_.push_back(x.listed.name() + ": a film without its index");
      else if (x.listed.end_ms == 0)
        piece_faults_.push_back(x.listed.name() + ": was never completed");
      add_faults(x);
    }
    result_.captured = books_.captured;
    result_.recorded = books_.recorded;
    result_.lost = books_.lost;
    result_.lost_by_place = books_.lost_by_place;
  }

  void compare_files() {
    std::map<std::string, const recorded_piece*> told;
    for (auto& x : books_.pieces)
      if (over_ || x.end_ms != 0)
        told[x.file] = &x;
    for (auto& x : pieces_) {
      auto i = told.find(x.listed.stem);
      if (i == told.end()) {
        if (over_)
          piece_faults_.push_back(x.listed.name()
                                  + ": the manifest knows no such file");
        continue;
      }
      compare(x, *i->second);
      told.erase(i);
    }
    for (auto& [file, x] : told)
      faults_.add(file + ".mp4: is missing, with "
                  + words_.part_of(x->frames, {x->epoch, x->first_sequence,
                                               x->last_sequence}));
  }

  void compare(const checked_piece& x, const recorded_piece& told) {
    if (!x.listed.film)
      return;
    if (x.facts.film_frames != told.frames)
      piece_faults_.push_back(
        x.listed.name() + ": "
        + differs("frames", x.facts.film_frames, told.frames));
    if (x.facts.film_bytes != told.bytes)
      piece_faults_.push_back(
        x.listed.name() + ": "
        + differs("bytes of pictures", x.facts.film_bytes, told.bytes));
  }

  void name_losses() {
    auto add = [this](std::string text) {
      result_.losses.push_back(std::move(text));
    };
    result_.lost_frames = books_.losses;
    result_.breaks = books_.breaks;
    for (auto& x : books_.losses)
      add(words_.of(x));
    if (unlisted_ > 0)
      add("and " + std::to_string(unlisted_)
          + " more frames, which the manifest had no room to name");
    for (auto& x : books_.breaks)
      add(words_.of(x));
    if (unlisted_breaks_ > 0)
      add("and " + std::to_string(unlisted_breaks_)
          + " more runs of the server, which the manifest had no room to name");
    for (auto& x : books_.absences)
      add(in_words(x));
    // Earlier versions did not name it.
    auto nothing = result_.frames == 0 && books_.captured == 0;
    if (over_ && nothing && books_.absences.empty())
      add("no frame came in all of the session");
    if (books_.end_unknown)
      add("what was captured after the last frame is unknown: the stream "
          "broke off");
  }

  void check_sums() {
    if (result_.frames != books_.recorded)
      faults_.add(differs("frames", result_.frames, books_.recorded));
    if (books_.captured != books_.recorded + books_.lost)
      faults_.add("the manifest does not balance: captured "
                  + std::to_string(books_.captured) + ", recorded "
                  + std::to_string(books_.recorded) + ", lost "
                  + std::to_string(books_.lost));
    uint64_t by_place = 0;
    for (auto& [place, n] : books_.lost_by_place)
      add_bounded(by_place, n);
    if (by_place != books_.lost)
      faults_.add("the manifest does not balance: lost "
                  + std::to_string(books_.lost) + ", by place "
                  + std::to_string(by_place));
    auto named = unlisted_;
    for (auto& x : books_.losses)
      add_bounded(named, x.frames());
    if (named != books_.lost)
      faults_.add("of " + std::to_string(books_.lost) + " lost frames, "
                  + std::to_string(named) + " are named");
  }

  /// What was durable when the manifest was written is so still.
  void check_durable() {
    auto there = result_.frames + result_.open_frames;
    auto all_counted = std::all_of(pieces_.begin(), pieces_.end(),
                                   [](const auto& x) {
                                     return !x.growing || x.counted;
                                   });
    if (all_counted && there < books_.durable)
      faults_.add(std::to_string(books_.durable)
                  + " frames were safe on disk, as the manifest says; the "
                    "files have "
                  + std::to_string(there));
  }

  /// Each number is in one file, or named as lost.
  void check_numbers() {
    number_set lost; // All of these are.
    number_set told; // These may be.
    for (auto& x : books_.losses) {
      told.add({x.epoch, x.first, x.last});
      if (x.exact())
        lost.add({x.epoch, x.first, x.last});
    }
    for (auto& x : books_.breaks)
      if (x.first_unknown() <= x.last_unknown())
        told.add({x.until.epoch, x.first_unknown(), x.last_unknown()});
    number_set there;
    const frame_range* before = nullptr;
    for (auto& piece : pieces_) {
      if (is_open(piece)) // Its end may be in the next one, too.
        continue;
      for (auto& x : piece.facts.index.ranges) {
        for (auto& doubled : there.common_with(x))
          faults_.add(words_.of(doubled) + " in " + piece.listed.name()
                      + ": recorded twice");
        // What was lost may have been found again since.
        for (auto& denied :
             over_ ? lost.common_with(x) : std::vector<frame_range>{})
          faults_.add(words_.of(denied) + " in " + piece.listed.name()
                      + ": named as lost");
        if (before)
          check_between(*before, x, told, there);
        else if (x.first > 1) // Of before, wherever that run goes on.
          told.add({x.epoch, 1, x.first - 1});
        there.add(x);
        before = &x;
      }
    }
  }

  /// @param told What may be missing.
  /// @param there What came before: runs may take turns.
  void check_between(const frame_range& a, const frame_range& b,
                     const number_set& told, const number_set& there) {
    if (a.epoch == b.epoch && b.first <= a.last)
      return faults_.add(words_.of(b) + ": after " + words_.of(a));
    if (!over_) // The books may not be that far yet.
      return;
    auto unlisted = a.epoch != b.epoch && ended_.count(a.epoch) == 0;
    if (unlisted)
      check_unlisted_break(a, b);
    frame_range gap{b.epoch, a.epoch == b.epoch ? a.last + 1 : 1, b.first - 1};
    if (gap.first > gap.last || b.first == 0)
      return;
    for (auto& untold : told.missing_from(gap))
      for (auto& hole : there.missing_from(untold)) {
        auto n = hole.last - hole.first + 1;
        if (n <= unlisted_)
          unlisted_ -= n;
        else if (n > most_captured(b.first_ns - a.first_ns)
                 && (unlisted || unlisted_breaks_ > 0))
          // Numbers jumped there, which is one of the breaks without a name.
          unlisted_breaks_ -= unlisted ? 0 : 1;
        else if (result_.rebuilt == 0) // Else it may be one without a number.
          faults_.add(words_.of(hole)
                      + ": missing, and the manifest does not name it");
      }
  }

  void check_unlisted_break(const frame_range& a, const frame_range& b) {
    if (unlisted_breaks_ > 0)
      --unlisted_breaks_;
    else
      faults_.add("run " + run_text(b.epoch) + " follows run "
                  + run_text(a.epoch) + ", and the manifest does not name it");
  }

  const manifest_camera& books_;
  const std::vector<checked_piece>& pieces_;
  const bool over_;          ///< The session is.
  std::set<uint64_t> ended_; ///< Runs that are named as such.
  fault_list faults_; ///< Of the books: may be as many as there are frames.
  std::vector<std::string> piece_faults_;
  const frame_words words_;
  uint64_t unlisted_;        ///< Lost frames that the books count alone.
  uint64_t unlisted_breaks_; ///< Runs of the server that they count alone.
  camera_audit result_;
};

} // namespace

std::string differs(const char* what, uint64_t in_files, uint64_t in_books) {
  return std::string{what} + ": " + std::to_string(in_files) + " in the files, "
         + std::to_string(in_books) + " in the manifest";
}

camera_audit audit_camera(const manifest_camera& books,
                          const std::vector<checked_piece>& pieces, bool over,
                          int64_t near_ns) {
  return camera_auditor{books, pieces, over, near_ns}.run();
}

} // namespace camnode
