#include "actors/recorder/piece_repair.hpp"

#include "actors/base/checksum.hpp"
#include "actors/base/file_ops.hpp"
#include "actors/recorder/doubled_frames.hpp"
#include "actors/recorder/film_closing.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/index_reader.hpp"
#include "messages/disk/mp4_fragment.hpp"
#include "messages/disk/piece_origin.hpp"
#include "messages/disk/segment_schedule.hpp"
#include "messages/frame.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <set>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// What may not have been synced, at the end of a film: ten times what is
/// usual, for a slow disk.
constexpr uint64_t unsure_us = 5'000'000;

/// No piece is longer: 10 years.
constexpr uint64_t latest_us = uint64_t{10} * 366 * 86'400 * 1'000'000;

/// What a disk loses is whole pages of zeros.
constexpr size_t page_bytes = 4096;

caf::expected<unique_fd> open_to_repair(const fs::path& path) {
  unique_fd result{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
  if (!result)
    return file_error(ec::open_failed, path, errno);
  return result;
}

caf::expected<uint64_t> size_of(int fd, const fs::path& path) {
  struct stat info;
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
    return file_error(ec::open_failed, path, errno);
  return static_cast<uint64_t>(info.st_size);
}

/// Whether a JPEG at `offset` of a file is whole, as far as one can tell
/// without its checksum. Some cameras leave the end marker out, so only zeros
/// at the end tell that it is torn.
bool looks_whole(const std::vector<uint8_t>& jpeg, uint64_t offset) {
  auto n = jpeg.size();
  if (n < 4 || jpeg[0] != 0xff || jpeg[1] != 0xd8
      || (jpeg[n - 2] == 0 && jpeg[n - 1] == 0))
    return false;
  static const uint8_t zeros[page_bytes] = {};
  auto at = (page_bytes - offset % page_bytes) % page_bytes;
  for (; at + page_bytes <= n; at += page_bytes)
    if (std::memcmp(jpeg.data() + at, zeros, page_bytes) == 0)
      return false;
  return true;
}

class repairer {
public:
  explicit repairer(const broken_piece& x) : x_(x) {
  }

  caf::expected<piece_repair> run() {
    if (auto err = read_files())
      return err;
    drop_half_made();
    if (auto err = judge())
      return err;
    drop_doubled();
    add_up();
    caf::error err;
    if (result_.frames == 0)
      err = leave_nothing();
    else if (!(err = cut_index()) && !(err = cut_film()))
      err = complete();
    if (err)
      return err;
    return std::move(result_);
  }

private:
  /// What a repair that was ended half-way left there is of no use.
  void drop_half_made() const {
    auto path = directory() / open_piece_name(x_.start_ms, "csv");
    path += version_ending;
    auto head = head_of(path, index_header.size());
    if (head && index_origin(*head) != file_origin::other)
      ::unlink(path.c_str());
  }

  caf::error read_files() {
    origin_ = look_at_piece(x_.film, x_.index, x_.start_ms);
    if (!x_.index.empty()) {
      auto fd = open_to_repair(x_.index);
      if (!fd)
        return std::move(fd.error());
      index_ = std::move(*fd);
      auto rows = read_rows(index_.get(), x_.index);
      if (!rows)
        return std::move(rows.error());
      rows_ = std::move(*rows);
      if (origin_.index == file_origin::other)
        return not_ours(x_.index);
      auto size = size_of(index_.get(), x_.index);
      if (!size)
        return std::move(size.error());
      index_size_ = *size;
    }
    if (x_.film.empty())
      return caf::none;
    auto fd = open_to_repair(x_.film);
    if (!fd)
      return std::move(fd.error());
    film_ = std::move(*fd);
    auto size = size_of(film_.get(), x_.film);
    if (!size)
      return std::move(size.error());
    film_size_ = *size;
    layout_ = mp4_scan(film_size_, reader(),
                       [this](const auto& f) { fragments_.push_back(f); });
    if (layout_.read_failed)
      return file_error(ec::open_failed, x_.film, EIO);
    return caf::none;
  }

  mp4_reader reader() const {
    return [fd = film_.get()](uint64_t offset, uint8_t* out, size_t n) {
      return read_at(fd, offset, out, n);
    };
  }

  /// Which frames are whole, and what their rows are.
  caf::error judge() {
    uint64_t sure_us = 0;
    if (!fragments_.empty()) {
      auto last_us = fragments_.back().header.decode_time;
      sure_us = last_us > unsure_us ? last_us - unsure_us : 0;
    }
    for (uint64_t i = 0; i < fragments_.size(); ++i) {
      auto& f = fragments_[i];
      auto unsure = f.header.decode_time >= sure_us;
      auto row = row_of(i);
      if (f.header.decode_time > latest_us)
        break;
      if (unsure || !row) {
        std::vector<uint8_t> jpeg(f.header.payload_bytes);
        // What cannot be read now may be so some other time.
        if (!read_at(film_.get(), f.payload_offset, jpeg.data(), jpeg.size()))
          return file_error(ec::open_failed, x_.film, errno);
        if (!look_at(jpeg, i, row, unsure))
          break;
      }
      kept_.push_back(*row);
    }
    return caf::none;
  }

  /// What was written again, as the disk seemed not to keep it, is here at the
  /// end, and whole after this piece.
  void drop_doubled() {
    if (kept_.empty())
      return;
    result_.doubled = count_doubled(directory(), x_.start_ms, kept_);
    kept_.resize(kept_.size() - result_.doubled);
  }

  void add_up() {
    film_end_ = layout_.init_bytes;
    for (auto& row : kept_) {
      auto& f = fragments_[row.frame];
      frames_.add(f.header);
      film_end_ = f.payload_offset + f.header.payload_bytes;
      result_.bytes += row.bytes;
      result_.rebuilt += made_.count(row.frame);
    }
    result_.frames = kept_.size();
    result_.frames_cut = fragments_.size() - kept_.size();
    closed_ = result_.frames_cut == 0 && layout_.state == mp4_switch::closed
              && mp4_is_whole(layout_, film_size_, reader(), frames_);
    result_.bytes_cut = closed_ ? 0 : film_size_ - film_end_;
    result_.rows_cut = rows_.size() > kept_.size() ? rows_.size() - kept_.size()
                                                   : 0;
  }

  /// Row `i`, if it is that of fragment `i`.
  std::optional<index_row> row_of(uint64_t i) const {
    if (i >= rows_.size())
      return std::nullopt;
    auto& row = rows_[i];
    auto& f = fragments_[i].header;
    auto time_us = row.capture_ns / 1000 - x_.start_ms * 1000;
    if (row.frame != i || row.bytes != f.payload_bytes || time_us < 0
        || static_cast<uint64_t>(time_us) != f.decode_time)
      return std::nullopt;
    return row;
  }

  /// Looks at the picture itself; makes a row where there is none.
  /// @returns Whether it can stay.
  bool look_at(const std::vector<uint8_t>& jpeg, uint64_t i,
               std::optional<index_row>& row, bool unsure) {
    auto& f = fragments_[i];
    auto sum = xxh3_of(jpeg.data(), jpeg.size());
    if (row)
      return row->xxh3 == sum;
    if (unsure && !looks_whole(jpeg, f.payload_offset))
      return false;
    row.emplace();
    row->frame = i;
    row->capture_ns = (x_.start_ms * 1000
                       + static_cast<int64_t>(f.header.decode_time))
                      * 1000;
    row->bytes = jpeg.size();
    row->flags = frame::rebuilt;
    row->xxh3 = sum;
    made_.insert(i);
    return true;
  }

  static caf::error not_ours(const fs::path& path) {
    return caf::make_error(ec::open_failed,
                           path.string()
                             + ": is not what camnode writes there");
  }

  /// Whether all that `fd` has from `at` on is zeros.
  static bool has_zeros_only(int fd, uint64_t at, uint64_t end) {
    std::vector<uint8_t> chunk(page_bytes);
    for (; at < end; at += chunk.size()) {
      chunk.resize(std::min<uint64_t>(page_bytes, end - at));
      if (!read_at(fd, at, chunk.data(), chunk.size())
          || std::any_of(chunk.begin(), chunk.end(),
                         [](auto x) { return x != 0; }))
        return false;
    }
    return true;
  }

  /// Whether nothing was begun in the film but its first frame.
  bool film_is_unbegun() const {
    if (film_size_ == 0)
      return true;
    if (origin_.film != file_origin::ours || !origin_.dated
        || !fragments_.empty())
      return false;
    auto at = layout_.init_bytes;
    if (has_zeros_only(film_.get(), at, film_size_))
      return true;
    mp4_fragment_header head;
    auto size = std::min<uint64_t>(head.size(), film_size_ - at);
    return read_at(film_.get(), at, head.data(), size)
           && is_cut_first_fragment(head.data(), size, film_size_ - at);
  }

  /// Whether nothing was begun in the index but its first row.
  bool index_is_unbegun() const {
    if (rows_.size() > 1)
      return false;
    uint64_t whole = origin_.index == file_origin::ours ? index_header.size()
                                                        : 0;
    return index_size_ <= whole + 2 * max_index_row_size
           || has_zeros_only(index_.get(), whole, index_size_);
  }

  /// Nothing in here is a frame.
  caf::error leave_nothing() {
    // A first frame that was being written when the process was killed, and its
    // row, are nothing that anybody was promised.
    auto sound = film_is_unbegun() && index_is_unbegun();
    auto all_doubled = result_.doubled > 0
                       && result_.doubled == fragments_.size();
    // What has a film's last name was a film once, whatever became of it.
    if (!sound && !all_doubled && x_.film.extension() == film_ending)
      return not_ours(x_.film);
    for (auto* path : {&x_.film, &x_.index}) {
      if (path->empty())
        continue;
      if (sound || all_doubled) {
        if (::unlink(path->c_str()) != 0)
          return file_error(ec::write_failed, *path, errno);
        continue;
      }
      auto to = *path;
      if (to.extension() == open_ending)
        to.replace_extension();
      to += damaged_ending;
      if (auto err = rename_no_replace(*path, to))
        return err;
      result_.set_aside = true;
    }
    return sync_directory(directory());
  }

  fs::path directory() const {
    return (x_.film.empty() ? x_.index : x_.film).parent_path();
  }

  caf::error cut_index() {
    std::string text{index_header};
    for (auto& row : kept_) {
      index_row_buffer buffer;
      text += format_index_row(row, buffer);
    }
    // Rows that stay are as they were: but for new ones, cutting is enough.
    if (x_.index.empty() || result_.rebuilt > 0) {
      index_path_ = x_.index.empty()
                      ? directory() / open_piece_name(x_.start_ms, "csv")
                      : x_.index;
      return replace_file_synced(index_path_, text);
    }
    index_path_ = x_.index;
    if (::ftruncate(index_.get(), static_cast<off_t>(text.size())) != 0)
      return file_error(ec::write_failed, index_path_, errno);
    return sync_data(index_.get(), index_path_);
  }

  /// Cuts it to the frames that stay, and closes it as the writer does.
  caf::error cut_film() {
    auto fd = film_.get();
    if (closed_)
      return sync_data(fd, x_.film);
    // Until it is closed again, players are to take it for an open one.
    auto turned = layout_.state == mp4_switch::closed
                  || layout_.state == mp4_switch::other;
    if (turned)
      if (auto err = reopen_film(fd, x_.film))
        return err;
    if (layout_.track)
      return close_film(fd, x_.film, film_end_, *layout_.track, frames_);
    return camnode::cut_film(fd, x_.film, film_end_);
  }

  /// The index first, as when a piece is closed.
  caf::error complete() {
    auto end_ms = x_.end_ms != 0 ? x_.end_ms
                                 : whole_ms(kept_.back().capture_ns) + 1;
    result_.stem = piece_stem(x_.start_ms, end_ms);
    auto stem = directory() / result_.stem;
    auto rename_to = [&](const fs::path& from, const char* extension) {
      auto to = stem;
      to += extension;
      return from == to ? caf::error{} : rename_no_replace(from, to);
    };
    if (auto err = rename_to(index_path_, table_ending))
      return err;
    if (auto err = rename_to(x_.film, film_ending))
      return err;
    return sync_directory(directory());
  }

  const broken_piece& x_;
  unique_fd film_;
  unique_fd index_;
  piece_origin origin_;
  uint64_t film_size_ = 0;
  uint64_t index_size_ = 0;
  std::vector<index_row> rows_; ///< Of the index, as far as it is whole.
  std::vector<mp4_found_fragment> fragments_;
  mp4_layout layout_;
  std::vector<index_row> kept_; ///< Those of the first fragments.
  std::set<uint64_t> made_;     ///< Of these, and those not kept: new ones.
  mp4_frames frames_;           ///< Those that stay.
  bool closed_ = false; ///< The film is an ordinary MP4 of these already.
  uint64_t film_end_ = 0;
  fs::path index_path_;
  piece_repair result_;
};

} // namespace

caf::expected<piece_repair> repair_piece(const broken_piece& x) {
  try {
    return repairer{x}.run();
  } catch (const std::exception& e) { // Memory is short.
    auto& path = x.film.empty() ? x.index : x.film;
    return caf::make_error(ec::open_failed, path.string() + ": " + e.what());
  }
}

} // namespace camnode
