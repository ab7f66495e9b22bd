#include "actors/camera/jpeg_splitter.hpp"
#include "actors/camera/video_file.hpp"
#include "actors/shared/jpeg_codec.hpp"
#include "messages/error.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace camnode {

namespace {

constexpr AVRational nanoseconds{1, 1'000'000'000};

struct av_deleter {
  void operator()(AVFormatContext* x) const {
    avformat_close_input(&x);
  }

  void operator()(AVCodecContext* x) const {
    avcodec_free_context(&x);
  }

  void operator()(AVPacket* x) const {
    av_packet_free(&x);
  }

  void operator()(AVFrame* x) const {
    av_frame_free(&x);
  }

  void operator()(SwsContext* x) const {
    sws_freeContext(x);
  }
};

template <class T>
using av_ptr = std::unique_ptr<T, av_deleter>;

std::string reason_of(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE];
  av_strerror(code, text, sizeof(text));
  return text;
}

/// Demuxes a file's video stream and keeps its times.
class container {
public:
  container(std::string path, double fps) : path_(std::move(path)), fps_(fps) {
  }

  caf::error open() {
    input_.reset();
    AVFormatContext* input = nullptr;
    auto result = avformat_open_input(&input, path_.c_str(), nullptr, nullptr);
    if (result < 0)
      return failure(reason_of(result));
    input_.reset(input);
    result = avformat_find_stream_info(input, nullptr);
    if (result < 0)
      return failure(reason_of(result));
    index_ = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (index_ < 0)
      return failure("no video in it");
    forget_times();
    return caf::none;
  }

  /// Seeks to the start; opens the file again where it cannot be sought.
  caf::error rewind() {
    auto start = std::min<int64_t>(begin_of(stream()), 0);
    if (av_seek_frame(input_.get(), index_, start, AVSEEK_FLAG_BACKWARD) < 0)
      return open();
    forget_times();
    return caf::none;
  }

  /// Reads the next packet of the stream.
  /// @returns false behind the last one.
  bool read(AVPacket* x) {
    do {
      av_packet_unref(x);
      if (av_read_frame(input_.get(), x) < 0)
        return false;
    } while (x->stream_index != index_);
    return true;
  }

  /// Takes over the times of a frame, in the stream's time base.
  /// @returns its time since the first frame, ns.
  int64_t place(int64_t pts, int64_t duration) {
    auto period = duration > 0
                    ? av_rescale_q(duration, stream().time_base, nanoseconds)
                    : usual_period_ns();
    auto time = last_ns_ + period_ns_;
    if (pts != AV_NOPTS_VALUE) {
      if (first_pts_ == AV_NOPTS_VALUE)
        first_pts_ = pts;
      time = av_rescale_q(pts - first_pts_, stream().time_base, nanoseconds);
    }
    last_ns_ = std::max(time, last_ns_);
    period_ns_ = period;
    return last_ns_;
  }

  int64_t period_ns() const {
    return period_ns_;
  }

  const AVStream& stream() const {
    return *input_->streams[index_];
  }

  caf::error failure(const std::string& reason) const {
    return caf::make_error(ec::open_failed, path_ + ": " + reason);
  }

private:
  static int64_t begin_of(const AVStream& x) {
    return x.start_time == AV_NOPTS_VALUE ? 0 : x.start_time;
  }

  int64_t usual_period_ns() const {
    auto rate = stream().avg_frame_rate;
    return rate.num > 0 && rate.den > 0
             ? av_rescale_q(1, av_inv_q(rate), nanoseconds)
             : static_cast<int64_t>(1e9 / fps_);
  }

  void forget_times() {
    first_pts_ = AV_NOPTS_VALUE;
    last_ns_ = period_ns_ = 0;
  }

  const std::string path_;
  const double fps_;
  av_ptr<AVFormatContext> input_;
  int index_ = -1;
  int64_t first_pts_ = AV_NOPTS_VALUE;
  int64_t last_ns_ = 0;
  int64_t period_ns_ = 0;
};

/// MJPEG: each packet is a JPEG.
class mjpeg_container : public video_file {
public:
  explicit mjpeg_container(container input)
    : input_(std::move(input)), packet_(av_packet_alloc()) {
  }

  std::optional<int64_t> advance() override {
    while (input_.read(packet_.get())) {
      auto time = input_.place(packet_->pts, packet_->duration);
      if (split())
        return time;
    }
    return std::nullopt;
  }

  picture take() override {
    return {std::move(jpeg_->jpeg), jpeg_->width, jpeg_->height};
  }

  caf::error rewind() override {
    return input_.rewind();
  }

  int64_t period_ns() const override {
    return input_.period_ns();
  }

  uint64_t broken_frames() const override {
    return broken_;
  }

  std::string broken_reason() const override {
    return "a packet is no whole JPEG";
  }

private:
  /// Packets are untrusted: what leaves here is one whole JPEG.
  bool split() {
    if (packet_->size <= 0)
      return false;
    auto size = static_cast<size_t>(packet_->size);
    memcpy(splitter_.prepare(size).data, packet_->data, size);
    splitter_.commit(size, 0);
    splitter_.finish();
    jpeg_ = splitter_.next();
    while (splitter_.next())
      continue;
    if (!jpeg_)
      ++broken_;
    return jpeg_.has_value();
  }

  container input_;
  av_ptr<AVPacket> packet_;
  jpeg_splitter splitter_;
  std::optional<split_jpeg> jpeg_;
  uint64_t broken_ = 0;
};

/// Turns decoded pictures of any format into JPEGs.
class picture_converter {
public:
  explicit picture_converter(int quality) : quality_(quality) {
  }

  frame_bytes convert(const AVFrame& x) {
    if (!matches(x))
      prepare(x);
    sws_scale(scaler_.get(), x.data, x.linesize, 0, x.height, planes_->data,
              planes_->linesize);
    yuv420_view view;
    view.width = x.width;
    view.height = x.height;
    for (int i = 0; i < 3; ++i) {
      view.planes[i] = planes_->data[i];
      view.strides[i] = planes_->linesize[i];
    }
    return encoder_.encode(view, quality_);
  }

private:
  bool matches(const AVFrame& x) const {
    return planes_ && x.format == format_ && x.width == planes_->width
           && x.height == planes_->height;
  }

  void prepare(const AVFrame& x) {
    format_ = x.format;
    auto full_range = x.color_range == AVCOL_RANGE_JPEG;
    auto from = plain_format(static_cast<AVPixelFormat>(x.format), full_range);
    scaler_ = make_scaler(x, from, full_range);
    planes_.reset(av_frame_alloc());
    planes_->format = AV_PIX_FMT_YUV420P;
    planes_->width = x.width;
    planes_->height = x.height;
    if (av_frame_get_buffer(planes_.get(), 0) < 0)
      throw std::runtime_error("no memory for a picture");
  }

  /// The ranges must be known before the scaler is initialised, as it would
  /// otherwise copy planes of the same layout.
  static av_ptr<SwsContext> make_scaler(const AVFrame& x, AVPixelFormat from,
                                        bool full_range) {
    av_ptr<SwsContext> result{sws_alloc_context()};
    auto set = [&](const char* name, int64_t value) {
      av_opt_set_int(result.get(), name, value, 0);
    };
    set("srcw", x.width);
    set("srch", x.height);
    set("src_format", from);
    set("src_range", full_range);
    set("dstw", x.width);
    set("dsth", x.height);
    set("dst_format", AV_PIX_FMT_YUV420P);
    set("dst_range", 1);
    set("sws_flags", SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT
                       | SWS_FULL_CHR_H_INP);
    if (sws_init_context(result.get(), nullptr, nullptr) < 0)
      throw std::runtime_error("a pixel format that cannot be converted");
    // JFIF is BT.601 at full range. High-definition video is mostly BT.709,
    // and does not always say so.
    auto unsaid = x.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    auto space = x.colorspace == AVCOL_SPC_UNSPECIFIED
                   ? unsaid
                   : static_cast<int>(x.colorspace);
    sws_setColorspaceDetails(result.get(), sws_getCoefficients(space),
                             full_range, sws_getCoefficients(SWS_CS_ITU601), 1,
                             0, 1 << 16, 1 << 16);
    return result;
  }

  /// The name of a format without its range, which old names include.
  static AVPixelFormat plain_format(AVPixelFormat x, bool& full_range) {
    constexpr std::pair<AVPixelFormat, AVPixelFormat> names[]
      = {{AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P},
         {AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P},
         {AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P},
         {AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P}};
    for (auto& name : names)
      if (name.first == x) {
        full_range = true;
        return name.second;
      }
    return x;
  }

  const int quality_;
  jpeg_encoder encoder_;
  av_ptr<SwsContext> scaler_;
  av_ptr<AVFrame> planes_;
  int format_ = AV_PIX_FMT_NONE;
};

/// Any other codec.
class decoded_container : public video_file {
public:
  decoded_container(container input, int quality)
    : input_(std::move(input)),
      packet_(av_packet_alloc()),
      frame_(av_frame_alloc()),
      converter_(quality) {
  }

  caf::error open_decoder() {
    auto& parameters = *input_.stream().codecpar;
    auto codec = avcodec_find_decoder(parameters.codec_id);
    if (!codec)
      return input_.failure(std::string{"no decoder for "}
                            + avcodec_get_name(parameters.codec_id));
    decoder_.reset(avcodec_alloc_context3(codec));
    auto result = avcodec_parameters_to_context(decoder_.get(), &parameters);
    if (result >= 0)
      result = avcodec_open2(decoder_.get(), codec, nullptr);
    return result < 0 ? input_.failure(reason_of(result)) : caf::error{};
  }

  std::optional<int64_t> advance() override {
    for (;;) {
      auto result = avcodec_receive_frame(decoder_.get(), frame_.get());
      if (result == 0)
        return input_.place(frame_->best_effort_timestamp, 0);
      if (result == AVERROR_EOF)
        return std::nullopt;
      if (result != AVERROR(EAGAIN))
        ++broken_;
      else
        feed();
    }
  }

  picture take() override {
    picture result;
    result.jpeg = converter_.convert(*frame_);
    result.width = static_cast<uint16_t>(frame_->width);
    result.height = static_cast<uint16_t>(frame_->height);
    return result;
  }

  caf::error rewind() override {
    avcodec_flush_buffers(decoder_.get());
    return input_.rewind();
  }

  int64_t period_ns() const override {
    return input_.period_ns();
  }

  uint64_t broken_frames() const override {
    return broken_;
  }

  std::string broken_reason() const override {
    return "it cannot be decoded";
  }

private:
  /// Gives the decoder a packet, or tells it that there are no more.
  void feed() {
    auto more = input_.read(packet_.get());
    if (avcodec_send_packet(decoder_.get(), more ? packet_.get() : nullptr) < 0
        && more)
      ++broken_;
  }

  container input_;
  av_ptr<AVPacket> packet_;
  av_ptr<AVFrame> frame_;
  av_ptr<AVCodecContext> decoder_;
  picture_converter converter_;
  uint64_t broken_ = 0;
};

} // namespace

caf::expected<video_file_ptr> open_container(const std::string& path,
                                             double fps, int quality) {
  // What a damaged file is like is reported by us, counted.
  av_log_set_level(AV_LOG_FATAL);
  container input{path, fps};
  if (auto error = input.open())
    return error;
  if (input.stream().codecpar->codec_id == AV_CODEC_ID_MJPEG)
    return video_file_ptr{std::make_unique<mjpeg_container>(std::move(input))};
  auto result = std::make_unique<decoded_container>(std::move(input), quality);
  if (auto error = result->open_decoder())
    return error;
  return video_file_ptr{std::move(result)};
}

} // namespace camnode
