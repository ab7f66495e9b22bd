#include "tools/camctl/export/camera_source.hpp"

#include "messages/frame.hpp"
#include "messages/when.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace camnode {

namespace {

/// How long a frame without a number is remembered, to know it again: clocks
/// and networks of two clients differ by less.
constexpr int64_t memory_ns = 1'000'000'000;
constexpr size_t most_remembered = 1'000;

bool has_number(const index_row& x) {
  return x.epoch != 0 && (x.flags & frame::rebuilt) == 0;
}

/// Puts a time on another clock.
void move(index_row& x, const clock_difference& ahead) {
  x.capture_ns -= ahead.ns;
  if (!ahead.error_ns)
    x.offset_error_ns = -1;
  else if (x.offset_error_ns >= 0)
    x.offset_error_ns += *ahead.error_ns;
}

} // namespace

camera_source::camera_source(std::vector<source_folder> folders)
  : folders_(std::move(folders)) {
  for (size_t i = 0; i < folders_.size(); ++i)
    for (auto& x : folders_[i].pieces) {
      auto start_ns = x.start_ms * 1'000'000;
      waiting_.push_back({i, start_ns - folders_[i].ahead.at(start_ns).ns, x});
    }
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](auto& a, auto& b) { return a.start_ns > b.start_ns; });
}

const camera_source::frame* camera_source::next() {
  for (;;) {
    open_due();
    auto first = std::min_element(readings_.begin(), readings_.end(),
                                  [](auto& a, auto& b) {
                                    return std::tie(a.row.capture_ns, a.folder)
                                           < std::tie(b.row.capture_ns,
                                                      b.folder);
                                  });
    if (first == readings_.end())
      return nullptr;
    current_ = {first->row, first->film->size(), first->film->now().offset,
                first->film, first->folder};
    if (!step(*first))
      readings_.erase(first);
    if (!is_double(current_))
      return &current_;
    ++doubles_;
  }
}

void camera_source::open_due() {
  auto is_due = [this] {
    auto& next = waiting_.back();
    return std::all_of(readings_.begin(), readings_.end(), [&](auto& x) {
      return x.row.capture_ns >= next.start_ns;
    });
  };
  while (!waiting_.empty() && is_due()) {
    auto next = std::move(waiting_.back());
    waiting_.pop_back();
    reading x{std::make_shared<source_film>(folders_[next.folder].path,
                                            next.piece),
              next.folder,
              {}};
    if (step(x))
      readings_.push_back(std::move(x));
  }
}

bool camera_source::step(reading& x) {
  if (x.film->next()) {
    x.row = x.film->now().row;
    move(x.row, folders_[x.folder].ahead.at(x.row.capture_ns));
    return true;
  }
  auto faults = x.film->faults();
  faults_.insert(faults_.end(), faults.begin(), faults.end());
  return false;
}

void camera_source::reject(const frame& x) {
  auto& why = x.film->picture_fault();
  ++rejects_;
  if (has_number(x.row) && folders_.size() > 1)
    rejected_[{x.row.epoch, x.row.sequence}] = why;
  else
    bad_pictures_.add(why);
  if (!recent_.empty() && recent_.back().offset == x.offset)
    recent_.pop_back();
}

std::vector<std::string> camera_source::picture_faults() const {
  auto result = bad_pictures_;
  for (auto& [number, why] : rejected_)
    result.add(why);
  return result.texts();
}

bool camera_source::is_double(const frame& x) {
  auto& row = x.row;
  while (!recent_.empty()
         && (recent_.size() > most_remembered
             || recent_.front().row.capture_ns < row.capture_ns - memory_ns))
    recent_.pop_front();
  auto numbered = has_number(row);
  auto has_its_number = [&](const frame& y) {
    return numbered && y.row.epoch == row.epoch
           && y.row.sequence == row.sequence && has_number(y.row);
  };
  auto has_its_picture = [&](const frame& y) {
    auto apart_ns = row.capture_ns - y.row.capture_ns;
    return !(numbered && has_number(y.row)) && row.xxh3 == y.row.xxh3
           && row.bytes == y.row.bytes
           && (x.folder != y.folder || apart_ns / 1'000 == 0);
  };
  frame_range number{row.epoch, row.sequence, row.sequence};
  if (numbered && seen_.missing_from(number).empty()) {
    if (rejected_.erase({row.epoch, row.sequence}) > 0) {
      --rejects_;
      return false;
    }
    auto first = std::find_if(recent_.begin(), recent_.end(), has_its_number);
    if (first != recent_.end() && first->row.xxh3 != row.xxh3)
      bad_pictures_.add("frame " + std::to_string(row.sequence) + " of run "
                        + run_text(row.epoch)
                        + " has two pictures; the second one is left out");
    return true;
  }
  if (std::any_of(recent_.begin(), recent_.end(), has_its_picture))
    return true;
  if (numbered)
    seen_.add(number);
  recent_.push_back(x);
  recent_.back().film.reset();
  return false;
}

} // namespace camnode
