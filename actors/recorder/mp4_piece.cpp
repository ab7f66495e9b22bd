#include "actors/recorder/mp4_piece.hpp"

#include "actors/base/checksum.hpp"
#include "actors/base/file_ops.hpp"
#include "actors/base/log.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/frame_index.hpp"
#include "messages/disk/mp4_fragment.hpp"
#include "messages/error.hpp"

extern "C" {
#include <libavformat/avformat.h>
}

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
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

/// Frees what libavformat allocated.
struct av_deleter {
  void operator()(AVFormatContext* x) const {
    avformat_free_context(x);
  }

  void operator()(uint8_t* x) const {
    av_free(x);
  }
};

caf::error av_failure(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof(text));
  return caf::make_error(ec::open_failed, std::string{"libavformat: "} + text);
}

/// A date as far as MP4 knows it: to the second.
std::string iso_date(int64_t utc_ms) {
  auto seconds = static_cast<time_t>(utc_ms / 1000);
  tm date;
  gmtime_r(&seconds, &date);
  char day[32];
  auto size = strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%SZ", &date);
  return {day, size};
}

caf::error add_mjpeg_track(AVFormatContext& muxer, uint16_t width,
                           uint16_t height) {
  auto stream = avformat_new_stream(&muxer, nullptr);
  if (!stream)
    return av_failure(AVERROR(ENOMEM));
  auto& codec = *stream->codecpar;
  codec.codec_type = AVMEDIA_TYPE_VIDEO;
  codec.codec_id = AV_CODEC_ID_MJPEG;
  codec.format = AV_PIX_FMT_YUVJ420P;
  codec.color_range = AVCOL_RANGE_JPEG;
  codec.width = width;
  codec.height = height;
  stream->time_base = AVRational{1, static_cast<int>(mp4_timescale)};
  return caf::none;
}

int write_header(AVFormatContext& muxer) {
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags",
              "+frag_keyframe+empty_moov+default_base_moof", 0);
  av_dict_set_int(&options, "video_track_timescale", mp4_timescale, 0);
  av_dict_set_int(&options, "movie_timescale", mp4_timescale, 0);
  auto result = avformat_write_header(&muxer, &options);
  av_dict_free(&options);
  return result;
}

/// What stands at the start of the file: `ftyp` and `moov`, by libavformat.
caf::expected<std::string> make_init_boxes(int64_t start_ms, uint16_t width,
                                           uint16_t height) {
  AVFormatContext* context = nullptr;
  auto code = avformat_alloc_output_context2(&context, nullptr, "mp4", nullptr);
  std::unique_ptr<AVFormatContext, av_deleter> muxer{context};
  if (code < 0)
    return av_failure(code);
  if (auto err = add_mjpeg_track(*muxer, width, height))
    return err;
  av_dict_set(&muxer->metadata, "creation_time", iso_date(start_ms).c_str(), 0);
  code = avio_open_dyn_buf(&muxer->pb);
  if (code < 0)
    return av_failure(code);
  code = write_header(*muxer);
  uint8_t* data = nullptr;
  auto size = avio_close_dyn_buf(std::exchange(muxer->pb, nullptr), &data);
  std::unique_ptr<uint8_t, av_deleter> owner{data};
  if (code < 0)
    return av_failure(code);
  auto layout = mp4_scan(data, static_cast<size_t>(size));
  if (layout.init_bytes != static_cast<uint64_t>(size)
      || layout.timescale != mp4_timescale)
    return caf::make_error(ec::open_failed,
                           std::string{"libavformat: unexpected header"});
  return std::string{reinterpret_cast<char*>(data), static_cast<size_t>(size)};
}

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
    for (auto file : {&csv_, &mp4_})
      if (auto err = file->cut_to_whole())
        return err;
    if (frames_ == 0)
      return remove();
    if (auto err = sync_files()) {
      take_back();
      return failure_ = std::move(err);
    }
    return rename_to(mp4_.path.parent_path() / piece_stem(start_ms_, end_ms));
  }

private:
  caf::error refuse(const std::string& what) const {
    return caf::make_error(ec::bad_message,
                           shown(mp4_.path) + ": cannot take " + what);
  }

  caf::error check(const frame& x, int64_t capture_ns) const {
    if (x.width != width_ || x.height != height_)
      return refuse("a frame of " + std::to_string(x.width) + 'x'
                    + std::to_string(x.height) + " among those of "
                    + std::to_string(width_) + 'x' + std::to_string(height_));
    if (x.jpeg.empty() || x.jpeg.size() > max_jpeg_bytes)
      return refuse("a frame of " + std::to_string(x.jpeg.size()) + " bytes");
    if (capture_ns < start_ms_ * 1'000'000
        || (frames_ > 0 && time_us(capture_ns) <= last_time_us_))
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
    if (frames_ > 0)
      interval_us_ = time - last_time_us_;
    auto header = serialize(fragment_of(x, time));
    iovec parts[] = {{header.data(), header.size()},
                     {const_cast<uint8_t*>(x.jpeg.data()), x.jpeg.size()}};
    if (auto err = write_all(mp4_.fd.get(), parts, 2, mp4_.path))
      return err;
    csv_.whole_bytes += row.size();
    mp4_.whole_bytes += header.size() + x.jpeg.size();
    ++frames_;
    last_time_us_ = time;
    return caf::none;
  }

  index_row row_of(const frame& x, int64_t capture_ns, uint32_t flags,
                   int64_t moved_ns) const {
    index_row row;
    row.frame = frames_;
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
    result.sequence = static_cast<uint32_t>(frames_ + 1);
    result.decode_time = static_cast<uint64_t>(time);
    result.duration = mp4_duration_of(interval_us_);
    result.payload_bytes = static_cast<uint32_t>(x.jpeg.size());
    return result;
  }

  caf::error sync_files() {
    for (auto file : {&csv_, &mp4_})
      if (auto err = sync_data(file->fd.get(), file->path))
        return err;
    for (auto file : {&csv_, &mp4_})
      file->durable_bytes = file->whole_bytes;
    durable_frames_ = frames_;
    unsynced_ = false;
    return caf::none;
  }

  /// Forgets what is not durable: after a failed sync nobody knows what of it
  /// is on the disk, and it is written anew elsewhere.
  void take_back() {
    for (auto file : {&csv_, &mp4_}) {
      file->whole_bytes = file->durable_bytes;
      static_cast<void>(file->cut_to_whole());
    }
    frames_ = durable_frames_;
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
  uint64_t frames_ = 0;
  uint64_t durable_frames_ = 0;
  bool unsynced_ = false;
  caf::error failure_; ///< Why no frame can follow.
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
  auto init = make_init_boxes(start_ms, width, height);
  if (!init)
    return std::move(init.error());
  if (auto err = create_named_folder(dir.parent_path(), dir.filename()))
    return err;
  auto mp4 = create_with(dir / open_piece_name(start_ms, "mp4"), *init);
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
