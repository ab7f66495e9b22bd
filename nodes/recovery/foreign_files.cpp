#include "nodes/recovery/foreign_files.hpp"

#include "actors/base/log.hpp"
#include "messages/disk/foreign_list.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace camnode {

namespace {

constexpr size_t max_folders = 20;

/// The times of the sessions that are over.
class past_times {
public:
  explicit past_times(const std::vector<session_head>& heads) {
    for (auto& x : heads)
      if (x.over && x.ours)
        ends_.emplace(x.begin_ms(), x.end_ms());
    int64_t latest = 0;
    for (auto& [begin, end] : ends_)
      end = latest = std::max(latest, end);
  }

  bool has(int64_t time_ms) const {
    auto next = ends_.upper_bound(time_ms);
    return next != ends_.begin() && time_ms < std::prev(next)->second;
  }

private:
  /// By begin: the latest end of those that begin by then.
  std::multimap<int64_t, int64_t> ends_;
};

/// Judges pieces by the manifests that matter for them.
class quick_judge {
public:
  quick_judge(const std::vector<session_head>& heads,
              const file_owners& unfinished, const file_judge& incomplete,
              const std::filesystem::path& dir)
    : past_(heads),
      unfinished_(unfinished),
      incomplete_(incomplete),
      of_unfinished_(dir, unfinished),
      of_none_(dir, none_) {
  }

  bool wrote_piece(const std::string& folder, const listed_piece& x) const {
    return judge_for(folder, x, x.complete(),
                     [&](auto& judge) { return judge.wrote_piece(folder, x); });
  }

  bool wrote_readings(const std::string& folder, const listed_piece& x) const {
    return judge_for(folder, x, x.end_ms != 0, [&](auto& judge) {
      return judge.wrote_readings(folder, x);
    });
  }

private:
  template <class F>
  bool judge_for(const std::string& folder, const listed_piece& x,
                 bool complete, F f) const {
    if (!complete)
      return f(incomplete_);
    auto claim = unfinished_.claim_on(folder, x.start_ms, x.stem);
    if (claim.listed)
      return true;
    if (claim.in_time)
      return f(of_unfinished_) || past_.has(x.start_ms);
    return past_.has(x.start_ms) || f(of_none_);
  }

  const past_times past_;
  const file_owners& unfinished_;
  const file_judge& incomplete_;
  const file_owners none_;
  const file_judge of_unfinished_;
  const file_judge of_none_;
};

void add_starts(const std::map<std::string, std::vector<listed_piece>>& folders,
                bool films, std::set<int64_t>& out) {
  for (auto& [folder, pieces] : folders)
    for (auto& x : pieces)
      if (films ? !x.complete() : x.end_ms == 0)
        out.insert(x.start_ms);
}

} // namespace

std::set<int64_t> incomplete_starts(const data_listing& x) {
  std::set<int64_t> result;
  add_starts(x.cameras, true, result);
  add_starts(x.sensors, false, result);
  return result;
}

void set_foreign_aside(data_listing& x, const std::vector<session_head>& heads,
                       const std::vector<unfinished_session>& unfinished,
                       const file_judge& judge,
                       const std::filesystem::path& dir) {
  file_owners owners;
  for (auto& session : unfinished)
    owners.add(session.books);
  set_foreign_aside(x, quick_judge{heads, owners, judge, dir});
}

void tell_foreign(const std::vector<std::string>& files) {
  auto folders = by_folder(files);
  size_t told = 0;
  for (auto& [folder, x] : folders) {
    if (told++ == max_folders)
      return log_info("recovery", "files of others in ",
                      folders.size() - max_folders, " more folders");
    log_info("recovery", in_words(folder, x),
             ": camnode did not write that, and leaves it as it is");
  }
}

} // namespace camnode
