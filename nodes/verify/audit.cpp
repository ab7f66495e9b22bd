#include "nodes/verify/audit.hpp"

#include "messages/when.hpp"
#include "nodes/verify/number_set.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace camnode {

namespace {

std::string in_words(const frame_range& x) {
  auto result = x.first == x.last ? "frame " + std::to_string(x.first)
                                  : "frames " + std::to_string(x.first) + " to "
                                      + std::to_string(x.last);
  return result + " of run " + std::to_string(x.epoch);
}

std::string differs(const char* what, uint64_t in_file, uint64_t in_books) {
  return std::string{what} + ": " + std::to_string(in_file) + " in the files, "
         + std::to_string(in_books) + " in the manifest";
}

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
                 const std::vector<checked_film>& films, bool over)
    : books_(books), films_(films), over_(over) {
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
    for (auto& x : film_faults_)
      result_.faults.push_back(x);
    return std::move(result_);
  }

private:
  /// Whether `x` is not complete, and need not be. One of its two files may
  /// have its last name already.
  bool is_open(const checked_film& x) const {
    auto of = [](const checked_film& y) -> auto& {
      return y.piece;
    };
    return !over_ && may_be_open(x.piece, films_, of);
  }

  void add_open(const checked_film& x) {
    if (x.gone)
      return;
    result_.open.push_back(x.piece.name());
    result_.open_frames += x.facts.film_frames;
    add_faults(x);
  }

  void add_faults(const checked_film& x) {
    for (auto& fault : x.facts.faults.texts())
      film_faults_.push_back(x.piece.name() + ": " + fault);
  }

  void add_up() {
    for (auto& x : films_) {
      if (is_open(x)) {
        add_open(x);
        continue;
      }
      result_.films += x.piece.film.has_value();
      result_.frames += x.facts.film_frames;
      result_.bytes += x.facts.film_bytes;
      result_.rebuilt += x.facts.index.rebuilt;
      if (!x.piece.film)
        film_faults_.push_back(x.piece.name() + ": an index without its film");
      else if (!x.piece.index)
        film_faults_.push_back(x.piece.name() + ": a film without its index");
      else if (x.piece.end_ms == 0)
        film_faults_.push_back(x.piece.name() + ": was never completed");
      add_faults(x);
    }
    result_.captured = books_.captured;
    result_.recorded = books_.recorded;
    result_.lost = books_.lost;
    result_.lost_by_place = books_.lost_by_place;
  }

  void compare_files() {
    std::map<std::string, const recorded_segment*> told;
    for (auto& x : books_.segments)
      if (over_ || x.end_ms != 0)
        told[x.file] = &x;
    for (auto& x : films_) {
      auto i = told.find(x.piece.stem);
      if (i == told.end()) {
        if (over_)
          film_faults_.push_back(x.piece.name()
                                 + ": the manifest knows no such file");
        continue;
      }
      compare(x, *i->second);
      told.erase(i);
    }
    for (auto& [file, x] : told)
      faults_.add(file + ".mp4: is missing, with " + std::to_string(x->frames)
                  + " frames, " + std::to_string(x->first_sequence) + " to "
                  + std::to_string(x->last_sequence) + " of run "
                  + std::to_string(x->epoch));
  }

  void compare(const checked_film& x, const recorded_segment& told) {
    if (!x.piece.film)
      return;
    if (x.facts.film_frames != told.frames)
      film_faults_.push_back(
        x.piece.name() + ": "
        + differs("frames", x.facts.film_frames, told.frames));
    if (x.facts.film_bytes != told.bytes)
      film_faults_.push_back(
        x.piece.name() + ": "
        + differs("bytes of pictures", x.facts.film_bytes, told.bytes));
  }

  void name_losses() {
    for (auto& x : books_.losses)
      result_.losses.push_back(
        (x.exact() ? std::string{} : std::to_string(x.frames()) + " of ")
        + in_words({x.epoch, x.first, x.last}) + ": " + to_string(x.place)
        + ", before " + std::to_string(x.before_ns) + " ns");
    for (auto& x : books_.breaks)
      result_.losses.push_back(
        "what was captured behind frame " + std::to_string(x.last.sequence)
        + " of run " + std::to_string(x.last.epoch) + " is unknown: "
        + (x.last.epoch == 0 ? "the stream was broken off"
                             : "another run began")
        + ", before " + std::to_string(x.before_ns) + " ns");
    for (auto& x : books_.absences)
      result_.losses.push_back(in_words(x));
    // Earlier versions did not name it.
    auto nothing = result_.frames == 0 && books_.captured == 0;
    if (over_ && nothing && books_.absences.empty())
      result_.losses.push_back("no frame came in all of the session");
    if (books_.end_unknown)
      result_.losses.push_back("what was captured behind the last frame is "
                               "unknown: the stream broke off");
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
      by_place += n;
    if (by_place != books_.lost)
      faults_.add("the manifest does not balance: lost "
                  + std::to_string(books_.lost) + ", by place "
                  + std::to_string(by_place));
    uint64_t named = 0;
    for (auto& x : books_.losses)
      named += x.frames();
    // A full list names no more.
    if (named < books_.lost
        && books_.losses.size() >= recording_ledger::max_losses) {
      unlisted_ = books_.lost - named;
      result_.losses.push_back(std::to_string(unlisted_)
                               + " frames besides: the manifest had no room to "
                                 "name them");
    } else if (named != books_.lost)
      faults_.add("of " + std::to_string(books_.lost) + " lost frames, "
                  + std::to_string(named) + " are named");
  }

  /// What was durable when the manifest was written is so still.
  void check_durable() {
    auto there = result_.frames + result_.open_frames;
    auto all_counted = std::all_of(films_.begin(), films_.end(),
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
    number_set there;
    const frame_range* before = nullptr;
    for (auto& film : films_) {
      if (is_open(film)) // Its end may be in the next one, too.
        continue;
      for (auto& x : film.facts.index.ranges) {
        for (auto& doubled : there.common_with(x))
          faults_.add(in_words(doubled) + " in " + film.piece.name()
                      + ": recorded twice");
        // What was lost may have been found again since.
        for (auto& denied :
             over_ ? lost.common_with(x) : std::vector<frame_range>{})
          faults_.add(in_words(denied) + " in " + film.piece.name()
                      + ": named as lost");
        there.add(x);
        if (before)
          check_between(*before, x, told);
        before = &x;
      }
    }
  }

  void check_between(const frame_range& a, const frame_range& b,
                     const number_set& told) {
    if (a.epoch == b.epoch && b.first <= a.last)
      return faults_.add(in_words(b) + ": behind " + in_words(a));
    if (!over_) // The books may not be that far yet.
      return;
    if (a.epoch != b.epoch && ended_.count(a.epoch) == 0)
      faults_.add("run " + std::to_string(b.epoch) + " follows run "
                  + std::to_string(a.epoch)
                  + ", and the manifest does not name it");
    frame_range gap{b.epoch, a.epoch == b.epoch ? a.last + 1 : 1, b.first - 1};
    if (gap.first > gap.last || b.first == 0)
      return;
    for (auto& hole : told.missing_from(gap)) {
      auto n = hole.last - hole.first + 1;
      if (n <= unlisted_)
        unlisted_ -= n;
      else if (result_.rebuilt == 0) // Else it may be one without a number.
        faults_.add(in_words(hole)
                    + ": missing, and the manifest does not "
                      "name it");
    }
  }

  const manifest_camera& books_;
  const std::vector<checked_film>& films_;
  const bool over_;          ///< The session is.
  std::set<uint64_t> ended_; ///< Runs that are named as such.
  fault_list faults_; ///< Of the books: may be as many as there are frames.
  std::vector<std::string> film_faults_;
  uint64_t unlisted_ = 0; ///< Lost frames that the books count alone.
  camera_audit result_;
};

class sensor_auditor {
public:
  sensor_auditor(const topic_figures& books,
                 const std::vector<checked_readings>& files, bool over)
    : books_(books),
      files_(files),
      over_(over),
      told_(books.files.begin(), books.files.end()) {
  }

  sensor_audit run() {
    result_.received = books_.received;
    result_.written = books_.written;
    name_losses();
    for (auto& x : files_)
      check(x);
    for (auto& file : told_)
      result_.faults.push_back(file + ".csv: is missing");
    if (over_)
      check_sums();
    else
      check_durable();
    return std::move(result_);
  }

private:
  void name_losses() {
    for (auto& [reason, n] : books_.rejected) {
      result_.rejected += n;
      if (reason != stored_reading && n > 0)
        result_.losses.push_back(std::to_string(n) + " readings: " + reason);
    }
  }

  void check(const checked_readings& x) {
    auto open = x.piece.end_ms == 0;
    any_gone_ |= open && x.gone;
    if (open && !over_ && x.gone)
      return;
    ++result_.files;
    result_.rows += x.facts.rows;
    if (open && !over_)
      return result_.open.push_back(x.piece.name());
    auto fault = [&](const std::string& text) {
      result_.faults.push_back(x.piece.name() + ": " + text);
    };
    if (!x.facts.fault.empty())
      fault(x.facts.fault);
    if (open)
      fault("was never completed");
    else if (told_.erase(x.piece.stem) == 0 && over_)
      fault("the manifest knows no such file");
    if (x.facts.rows > 0
        && (x.facts.first_ms < x.piece.start_ms
            || (!open && x.facts.last_ms >= x.piece.end_ms)))
      fault("has readings outside of the times in its name");
  }

  void check_sums() {
    if (result_.rows != books_.written)
      result_.faults.push_back(
        differs("readings", result_.rows, books_.written));
    if (books_.received != books_.written + result_.rejected)
      result_.faults.push_back("the manifest does not balance: received "
                               + std::to_string(books_.received) + ", written "
                               + std::to_string(books_.written) + ", rejected "
                               + std::to_string(result_.rejected));
  }

  /// What was durable when the manifest was written is so still.
  void check_durable() {
    if (!any_gone_ && result_.rows < books_.durable)
      result_.faults.push_back(std::to_string(books_.durable)
                               + " readings were safe on disk, as the manifest "
                                 "says; the files have "
                               + std::to_string(result_.rows));
  }

  const topic_figures& books_;
  const std::vector<checked_readings>& files_;
  const bool over_;            ///< The session is.
  std::set<std::string> told_; ///< By the books, and not found yet.
  bool any_gone_ = false;
  sensor_audit result_;
};

} // namespace

camera_audit audit_camera(const manifest_camera& books,
                          const std::vector<checked_film>& films, bool over) {
  return camera_auditor{books, films, over}.run();
}

sensor_audit audit_sensor(const topic_figures& books,
                          const std::vector<checked_readings>& files,
                          bool over) {
  return sensor_auditor{books, files, over}.run();
}

} // namespace camnode
