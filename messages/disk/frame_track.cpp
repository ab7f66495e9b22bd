#include "messages/disk/frame_track.hpp"

#include "messages/disk/file_names.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// What is below can be added and subtracted without a thought.
constexpr int64_t most_ns = int64_t{1} << 61; // In the year 2043.

bool is_sane(const index_row& x) {
  auto within = [](int64_t ns) { return ns >= 0 && ns <= most_ns; };
  return within(x.capture_ns) && x.offset_error_ns <= most_ns
         && x.frame <= static_cast<uint64_t>(most_ns);
}

unique_fd open_plainly(const fs::path& path) {
  return unique_fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
}

} // namespace

std::vector<recorded_piece> in_order(std::vector<recorded_piece> pieces) {
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const auto& a, const auto& b) {
                     return a.start_ms < b.start_ms;
                   });
  return pieces;
}

frame_track::frame_track(fs::path folder, std::vector<track_file> files,
                         open_to_read open)
  : folder_(std::move(folder)),
    files_(std::move(files)),
    open_(open ? std::move(open) : open_plainly) {
}

bool frame_track::open_next() {
  while (file_ < files_.size()) {
    auto& stem = files_[file_++].stem;
    auto path = folder_ / (stem + table_ending);
    film_ = stem + film_ending;
    auto fd = open_(path);
    if (!fd && errno == ENOENT) { // Still open, or left so by a crash.
      path += open_ending;
      film_ += open_ending;
      fd = open_(path);
    }
    path_ = path.string();
    reader_.emplace(std::move(fd), path);
    std::string_view header;
    if (reader_->next(header)
        && std::string{header} + "\n" == std::string{index_header})
      return true;
    faults_.push_back(reader_->fault().empty() ? path_ + ": is no index"
                                               : reader_->fault());
  }
  reader_.reset();
  return false;
}

bool frame_track::read(place& out) {
  while (reader_ || open_next()) {
    std::string_view line;
    if (reader_->next(line)) {
      auto row = parse_index_row(line);
      if (row && row->frame >= files_[file_ - 1].frames) {
        reader_.reset();
        continue;
      }
      if (row && is_sane(*row)) {
        out.row = *row;
        out.film = film_;
        out.file = file_ - 1;
        return true;
      }
      faults_.push_back(path_ + ": a row is none; the rest is left out");
    } else if (!reader_->fault().empty()) {
      faults_.push_back(path_ + ": " + reader_->fault());
    }
    reader_.reset();
  }
  return false;
}

const frame_track::place* frame_track::next() {
  return read(next_) ? &next_ : nullptr;
}

const frame_track::place* frame_track::nearest(int64_t time_ns) {
  return nearest_.find(
    time_ns, [this](place& x) { return read(x); },
    [](const place& x) { return x.row.capture_ns; });
}

} // namespace camnode
