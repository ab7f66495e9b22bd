#include "actors/recorder/doubled_frames.hpp"

#include "actors/base/checksum.hpp"
#include "actors/base/file_ops.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/index_reader.hpp"
#include "messages/disk/mp4_fragment.hpp"
#include "messages/frame.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <map>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// The stems of the complete pieces after `start_ms`, in their order.
std::vector<fs::path> complete_behind(const fs::path& dir, int64_t start_ms) {
  // Whether there is a film, and an index.
  std::map<std::pair<int64_t, int64_t>, std::pair<bool, bool>> found;
  std::error_code err;
  fs::directory_iterator i{dir, err};
  for (; !err && i != fs::directory_iterator{}; i.increment(err)) {
    auto file = i->path().filename().string();
    auto name = parse_piece_name(file);
    if (!name || name->open() || name->start_ms <= start_ms)
      continue;
    auto& x = found[{name->start_ms, name->end_ms}];
    x.first |= name->extension == "mp4";
    x.second |= name->extension == "csv";
  }
  std::vector<fs::path> result;
  for (auto& [times, has] : found)
    if (has.first && has.second)
      result.push_back(dir / piece_stem(times.first, times.second));
  return result;
}

unique_fd open_file(const fs::path& stem, const char* extension) {
  auto path = stem;
  path += extension;
  return unique_fd{
    ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
}

std::vector<mp4_found_fragment> fragments_of(int film) {
  std::vector<mp4_found_fragment> result;
  struct stat info;
  if (::fstat(film, &info) != 0 || !S_ISREG(info.st_mode))
    return result;
  auto read = [film](uint64_t offset, uint8_t* out, size_t n) {
    return read_at(film, offset, out, n);
  };
  mp4_scan(static_cast<uint64_t>(info.st_size), read,
           [&](const auto& x) { result.push_back(x); });
  return result;
}

bool has_run(const index_row& x) {
  return (x.flags & frame::rebuilt) == 0 && x.epoch != 0;
}

std::pair<uint64_t, uint64_t> number_of(const index_row& x) {
  return {x.epoch, x.sequence};
}

int64_t time_us(const index_row& x) {
  return x.capture_ns / 1000;
}

bool is_same(const index_row& a, const index_row& b) {
  if (a.xxh3 != b.xxh3 || a.bytes != b.bytes)
    return false;
  return has_run(a) && has_run(b) ? number_of(a) == number_of(b)
                                  : time_us(a) == time_us(b);
}

/// Whether the film holds the picture that `row` tells of.
bool is_whole(int film, const mp4_found_fragment& x, const index_row& row) {
  if (x.header.payload_bytes != row.bytes)
    return false;
  std::vector<uint8_t> jpeg(row.bytes);
  return read_at(film, x.payload_offset, jpeg.data(), jpeg.size())
         && xxh3_of(jpeg.data(), jpeg.size()) == row.xxh3;
}

class doubled_counter {
public:
  explicit doubled_counter(const std::vector<index_row>& rows)
    : rows_(rows), whole_(rows.size()) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (has_run(rows[i]))
        by_number_.emplace(number_of(rows[i]), i);
      by_time_.emplace(time_us(rows[i]), i);
    }
  }

  /// @returns Whether further pieces may have any of the frames.
  bool look_in(const fs::path& stem) {
    auto index = open_file(stem, table_ending);
    auto rows = read_rows(index.get(), stem);
    if (!rows)
      return false;
    auto common = common_with(*rows);
    if (common.empty())
      return rows->empty();
    auto film = open_file(stem, film_ending);
    auto fragments = fragments_of(film.get());
    // What is in memory alone is no reason to be without the other one.
    if (sync_data(index.get(), stem) || sync_data(film.get(), stem))
      return true;
    for (auto [theirs, ours] : common)
      if (theirs < fragments.size()
          && is_whole(film.get(), fragments[theirs], (*rows)[theirs]))
        whole_[ours] = true;
    return true;
  }

  uint64_t at_end() const {
    uint64_t result = 0;
    while (result < whole_.size() && whole_[whole_.size() - 1 - result])
      ++result;
    return result;
  }

private:
  /// The places of the same frames: there, and here.
  std::vector<std::pair<size_t, size_t>>
  common_with(const std::vector<index_row>& rows) const {
    std::vector<std::pair<size_t, size_t>> result;
    auto add = [&](const auto& places, const auto& key, size_t theirs) {
      auto ours = places.find(key);
      if (ours != places.end() && is_same(rows_[ours->second], rows[theirs]))
        result.emplace_back(theirs, ours->second);
    };
    for (size_t i = 0; i < rows.size(); ++i) {
      if (has_run(rows[i]))
        add(by_number_, number_of(rows[i]), i);
      add(by_time_, time_us(rows[i]), i);
    }
    return result;
  }

  const std::vector<index_row>& rows_;
  std::vector<bool> whole_; ///< Elsewhere, too.
  std::map<std::pair<uint64_t, uint64_t>, size_t> by_number_;
  std::map<int64_t, size_t> by_time_;
};

} // namespace

uint64_t count_doubled(const fs::path& dir, int64_t start_ms,
                       const std::vector<index_row>& rows) {
  doubled_counter result{rows};
  for (auto& stem : complete_behind(dir, start_ms))
    if (!result.look_in(stem))
      break;
  return result.at_end();
}

} // namespace camnode
