#include "actors/recorder/mp4_piece.hpp"

#include "actors/base/checksum.hpp"
#include "actors/base/file_ops.hpp"
#include "actors/base/log.hpp"
#include "actors/recorder/film_closing.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/frame_index.hpp"
#include "messages/disk/mp4_fragment.hpp"
#include "messages/error.hpp"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// What UTC nanoseconds can say: up to the year 2262.
constexpr auto latest_start_ms = std::numeric_limits<int64_t>::max()
                                 / 1'000'000;

/// One of the two files of a piece, and how much of it is whole.
struct open_file {
  fs::path path;
  unique_fd fd;
  uint64_t whole_bytes = 0;
  uint64_t durable_bytes = 0; ///< Of these, what survives a power cut.

  /// Forgets what is after the last whole frame.
  caf::error cut_to_whole() const {
    if (::ftruncate(fd.get(), static_cast<off_t>(whole_bytes)) != 0)
      return file_error(ec::write_failed, path, errno);
    return caf::none;
  }

  /// Takes back that it was created.
  void remove() const {
    ::unlink(path.c_str());
  }
};

/// Creates a file that begins with `head`; leaves none if that fails.
caf::expected<open_file> create_with(fs::path path, std::string_view head) {
  auto fd = create_file(path);
  if (!fd)
    return std::move(fd.error());
  open_file result{std::move(path), std::move(*fd), head.size(), head.size()};
  if (auto err = write_all(result.fd.get(), head, result.path)) {
    result.remove();
    return err;
  }
  return result;
}

/// When the last byte of `x` came, on the session clock: as long after
/// `capture_ns`, where the capture is before it is moved, as it came after the
/// capture on the client's clock. Wraps around where a peer's times are
/// nonsense.
int64_t receive_on_session_clock(const frame& x, int64_t capture_ns) {
  auto bits = [](int64_t ns) { return static_cast<uint64_t>(ns); };
  auto captured = bits(x.capture_mono_ns) + bits(x.offset_ns);
  auto delay = bits(x.receive_ns) - captured;
  return static_cast<int64_t>(bits(capture_ns) + delay);
}

class mp4_piece : public piece_writer {
public:
  mp4_piece(open_file mp4, open_file csv, int64_t start_ms, uint16_t width,
            uint16_t height, int64_t frame_period_us)
    : mp4_(std::move(mp4)),
      csv_(std::move(csv)),
      start_ms_(start_ms),
      width_(width),
      height_(height),
      interval_us_(frame_period_us) {
  }

  caf::error append(const frame& x, int64_t capture_ns, uint32_t flags,
                    int64_t moved_ns) override {
    if (failure_)
      return failure_;
    if (auto err = check(x, capture_ns))
      return err;
    unsynced_ = true;
    auto err = write(x, capture_ns, flags, moved_ns);
    if (err)
      fail(err);
    return err;
  }

  caf::error sync() override {
    if (failure_ == ec::sync_failed)
      return failure_;
    if (!unsynced_)
      return caf::none;
    if (auto err = sync_files()) {
      take_back();
      return failure_ = std::move(err);
    }
    return caf::none;
  }

  caf::error close(int64_t end_ms) override {
    if (end_ms < start_ms_)
      return refuse("an end at " + std::to_string(end_ms) + " ms");
    if (frames_.size() == 0)
      return remove();
    if (!closed_)
      if (auto err = close_files())
        return err;
    return rename_to(mp4_.path.parent_path() / piece_stem(start_ms_, end_ms));
  }

private:
  caf::error refuse(const std::string& what) const {
    return caf::make_error(ec::bad_message,
                           shown(mp4_.path) + ": cannot take " + what);
  }

  caf::error check(const frame& x, int64_t capture_ns) const {
    if (closed_)
      return refuse("a frame after its end");
    if (x.width != width_ || x.height != height_)
      return refuse("a frame of " + std::to_string(x.width) + 'x'
                    + std::to_string(x.height) + " among those of "
                    + std::to_string(width_) + 'x' + std::to_string(height_));
    if (x.jpeg.empty() || x.jpeg.size() > max_jpeg_bytes)
      return refuse("a frame of " + std::to_string(x.jpeg.size()) + " bytes");
    if (capture_ns < start_ms_ * 1'000'000
        || (frames_.size() > 0 && time_us(capture_ns) <= last_time_us_))
      return refuse("a frame at " + std::to_string(capture_ns)
                    + " ns, out of order");
    return caf::none;
  }

  /// Presentation time: microseconds since the start.
  int64_t time_us(int64_t capture_ns) const {
    return capture_ns / 1000 - start_ms_ * 1000;
  }

  caf::error write(const frame& x, int64_t capture_ns, uint32_t flags,
                   int64_t moved_ns) {
    index_row_buffer row_buffer;
    auto row = format_index_row(row_of(x, capture_ns, flags, moved_ns),
                                row_buffer);
    if (auto err = write_all(csv_.fd.get(), row, csv_.path))
      return err;
    auto time = time_us(capture_ns);
    if (frames_.size() > 0)
      interval_us_ = time - last_time_us_;
    auto fragment = fragment_of(x, time);
    auto header = serialize(fragment);
    iovec parts[] = {{header.data(), header.size()},
                     {const_cast<uint8_t*>(x.jpeg.data()), x.jpeg.size()}};
    if (auto err = write_all(mp4_.fd.get(), parts, 2, mp4_.path))
      return err;
    csv_.whole_bytes += row.size();
    mp4_.whole_bytes += header.size() + x.jpeg.size();
    frames_.add(fragment);
    last_time_us_ = time;
    return caf::none;
  }

  index_row row_of(const frame& x, int64_t capture_ns, uint32_t flags,
                   int64_t moved_ns) const {
    index_row row;
    row.frame = frames_.size();
    row.sequence = x.sequence;
    row.capture_ns = capture_ns;
    row.receive_ns = receive_on_session_clock(x, capture_ns - moved_ns);
    row.offset_ns = x.offset_ns + moved_ns;
    // A bound of the clock alone is none of the time of capture.
    row.offset_error_ns = has_capture_time(flags) ? x.offset_error_ns + moved_ns
                                                  : -1;
    row.exposure_us = x.exposure_us;
    row.bytes = x.jpeg.size();
    row.flags = flags;
    row.xxh3 = xxh3_of(x.jpeg.data(), x.jpeg.size());
    row.epoch = x.epoch;
    return row;
  }

  mp4_fragment fragment_of(const frame& x, int64_t time) const {
    mp4_fragment result;
    result.sequence = static_cast<uint32_t>(frames_.size() + 1);
    result.decode_time = static_cast<uint64_t>(time);
    result.duration = mp4_duration_of(interval_us_);
    result.payload_bytes = static_cast<uint32_t>(x.jpeg.size());
    return result;
  }

  /// Makes the film an ordinary MP4, and all of it durable.
  caf::error close_files() {
    auto err = csv_.cut_to_whole();
    if (!err)
      err = sync_data(csv_.fd.get(), csv_.path);
    if (!err)
      err = close_film(mp4_.fd.get(), mp4_.path, mp4_.whole_bytes,
                       mp4_track_of(start_ms_, width_, height_), frames_);
    if (err == ec::sync_failed) {
      take_back();
      failure_ = err;
    }
    if (err)
      return err;
    note_durable();
    closed_ = true;
    return caf::none;
  }

  caf::error sync_files() {
    for (auto file : {&csv_, &mp4_})
      if (auto err = sync_data(file->fd.get(), file->path))
        return err;
    note_durable();
    return caf::none;
  }

  void note_durable() {
    for (auto file : {&csv_, &mp4_})
      file->durable_bytes = file->whole_bytes;
    durable_frames_ = frames_.size();
    unsynced_ = false;
  }

  /// Forgets what is not durable: after a failed sync nobody knows what of it
  /// is on the disk, and it is written anew elsewhere.
  void take_back() {
    for (auto file : {&csv_, &mp4_}) {
      file->whole_bytes = file->durable_bytes;
      static_cast<void>(file->cut_to_whole());
    }
    frames_.cut(durable_frames_);
  }

  /// A film without frames is none, and would only take a name.
  caf::error remove() {
    for (auto file : {&csv_, &mp4_})
      if (::unlink(file->path.c_str()) != 0)
        return file_error(ec::write_failed, file->path, errno);
    return sync_directory(mp4_.path.parent_path());
  }

  void fail(const caf::error& reason) {
    failure_ = reason;
    for (auto file : {&csv_, &mp4_})
      static_cast<void>(file->cut_to_whole());
  }

  /// Index first: as long as the `.mp4.part` is there, the piece is not
  /// finished.
  caf::error rename_to(const fs::path& stem) {
    auto mp4 = stem;
    auto csv = stem;
    mp4 += film_ending;
    csv += table_ending;
    if (auto err = rename_no_replace(csv_.path, csv))
      return err;
    if (auto err = rename_no_replace(mp4_.path, mp4)) {
      static_cast<void>(rename_no_replace(csv, csv_.path));
      return err;
    }
    // All is in the files, whichever name a power cut leaves them.
    if (auto err = sync_directory(mp4.parent_path()))
      log_error("recorder", describe(err));
    return caf::none;
  }

  open_file mp4_;
  open_file csv_;
  const int64_t start_ms_;
  const uint16_t width_;
  const uint16_t height_;
  int64_t interval_us_; ///< Between the last two frames.
  int64_t last_time_us_ = 0;
  mp4_frames frames_;
  size_t durable_frames_ = 0;
  bool unsynced_ = false;
  bool closed_ = false; ///< All but the names is done.
  caf::error failure_;  ///< Why no frame can follow.
};

} // namespace

caf::expected<piece_writer_ptr> open_mp4_piece(const fs::path& dir,
                                               int64_t start_ms, uint16_t width,
                                               uint16_t height,
                                               caf::timespan frame_period) {
  if (start_ms < 0 || start_ms > latest_start_ms || width == 0 || height == 0)
    return caf::make_error(ec::open_failed,
                           shown(dir) + ": no piece of " + std::to_string(width)
                             + 'x' + std::to_string(height) + " can start at "
                             + std::to_string(start_ms) + " ms");
  if (auto err = create_named_folder(dir.parent_path(), dir.filename()))
    return err;
  auto mp4 = create_with(dir / open_piece_name(start_ms, "mp4"),
                         mp4_head(mp4_track_of(start_ms, width, height)));
  if (!mp4)
    return std::move(mp4.error());
  auto csv = create_with(dir / open_piece_name(start_ms, "csv"), index_header);
  if (!csv) {
    mp4->remove();
    return std::move(csv.error());
  }
  if (auto err = sync_directory(dir)) {
    mp4->remove();
    csv->remove();
    return err;
  }
  auto period_us = frame_period.count() / 1000;
  return piece_writer_ptr{new mp4_piece(std::move(*mp4), std::move(*csv),
                                        start_ms, width, height, period_us)};
}

} // namespace camnode
