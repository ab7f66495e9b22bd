#include "actors/camera/libcamera_source.hpp"

#include "actors/base/log.hpp"
#include "actors/camera/capture_gate.hpp"
#include "actors/camera/encode_pool.hpp"
#include "actors/camera/libcamera_camera.hpp"
#include "actors/camera/sensor_clock.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace camnode {

namespace {

namespace lc = libcamera;
using namespace std::chrono_literals;

/// Buffers beside those that are being encoded: the camera fills one, has one
/// to go on with, and one more is on its way.
constexpr unsigned spare_buffers = 3;

/// For a sensor to start, beyond what a frame takes.
constexpr auto start_patience = 3s;

unsigned threads_of(const libcamera_options& x) {
  if (x.encode_threads > 0)
    return x.encode_threads;
  return std::max(std::thread::hardware_concurrency(), 2u) - 1;
}

/// The driver's count of frames, where it can be trusted.
std::optional<uint32_t> number_of([[maybe_unused]] const lc::FrameMetadata& x) {
#ifdef CAMNODE_LIBCAMERA_FILLS_METADATA
  return x.sequence;
#else
  return std::nullopt;
#endif
}

/// Whether a frame's status is this one. Looks at the bytes, as before 0.5 some
/// pipelines leave there what is no status at all.
bool has_status(const lc::FrameMetadata& x, lc::FrameMetadata::Status wanted) {
  return memcmp(&x.status, &wanted, sizeof(wanted)) == 0;
}

class libcamera_source : public frame_source {
public:
  explicit libcamera_source(libcamera_options options)
    : options_(std::move(options)), gate_(options_.fps) {
  }

  ~libcamera_source() override {
    completions_.stop();
    if (thread_.joinable())
      thread_.join();
    close();
  }

  caf::error start(source_events events) override;

private:
  void make_pool(const source_events& events);
  void close();

  // On the source's thread:

  void run();

  /// Takes pictures until the source is stopped, which is no error.
  caf::error take_pictures();

  void take(lc::Request* request);
  std::optional<int64_t> capture_time(lc::Request* request);
  void encode(lc::Request* request, int64_t capture_ns, bool is_timed);

  /// How long to wait for the next request.
  std::chrono::nanoseconds patience() const;

  const libcamera_options options_;
  std::function<void(caf::error)> on_end_;
  libcamera_completions completions_;
  libcamera_camera camera_;
  std::unique_ptr<encode_pool> pool_;
  capture_gate gate_;
  bool untimed_ = false;         ///< That it gives no times has been said.
  bool tells_durations_ = false; ///< Its frames say what they take.
  uint64_t frames_ = 0; ///< Of the camera, those included that were not asked
                        ///< for.
  std::thread thread_;
};

caf::error libcamera_source::start(source_events events) {
  auto buffers = threads_of(options_) + 1 + spare_buffers;
  if (auto error = camera_.open(options_, buffers))
    return error;
  on_end_ = events.on_end;
  make_pool(events);
  if (auto error = camera_.start(completions_)) {
    close();
    return error;
  }
  thread_ = std::thread{[this] { run(); }};
  return caf::none;
}

void libcamera_source::make_pool(const source_events& events) {
  // What is in the pool is not with the camera, which needs two.
  auto limit = std::max<size_t>(camera_.buffers().all().size(), 3) - 2;
  auto threads = std::min<size_t>(threads_of(options_), limit);
  quality_control quality{options_.quality, options_.bitrate_kbit_s,
                          options_.fps};
  pool_ = std::make_unique<encode_pool>(threads, limit, quality, events,
                                        jpeg_encoding());
}

void libcamera_source::close() {
  camera_.stop_queueing();
  pool_.reset(); // Encodes what is in it, so the camera's memory stays until
                 // then.
  camera_.close();
}

void libcamera_source::run() {
  caf::error reason;
  try {
    reason = take_pictures();
  } catch (const std::exception& x) {
    reason = caf::make_error(ec::source_ended,
                             camera_.name() + ": " + x.what());
  }
  if (!reason)
    return;
  camera_.stop_queueing();
  pool_.reset();
  on_end_(std::move(reason));
}

caf::error libcamera_source::take_pictures() {
  using news = libcamera_completions::news;
  for (;;) {
    lc::Request* request = nullptr;
    auto limit = patience();
    switch (completions_.wait(limit, request)) {
      case news::request:
        take(request);
        break;
      case news::stop:
        return caf::none;
      case news::unplugged:
        return caf::make_error(ec::source_ended,
                               camera_.name() + " was unplugged after "
                                 + std::to_string(frames_) + " frames");
      case news::silence:
        return caf::make_error(ec::source_stalled,
                               camera_.name() + " completed no request for "
                                 + std::to_string(limit / 1ms) + " ms, after "
                                 + std::to_string(frames_) + " frames");
    }
  }
}

std::chrono::nanoseconds libcamera_source::patience() const {
  std::chrono::nanoseconds five_frames{std::llround(5e9 / options_.fps)};
  auto result = std::max<std::chrono::nanoseconds>(2s, five_frames);
  if (frames_ == 0)
    return result + start_patience;
  // A camera that may rest is watched by CAMERA alone, who knows its rests.
  return tells_durations_ ? result : 24h;
}

void libcamera_source::take(lc::Request* request) {
  auto buffer = request->buffers().begin()->second;
  auto& told = buffer->metadata();
  camera_.buffers().begin_read(buffer);
  completed_frame x;
  x.good = !has_status(told, lc::FrameMetadata::FrameError)
           && !has_status(told, lc::FrameMetadata::FrameCancelled);
  frames_ += x.good;
  std::optional<int64_t> captured;
  if (x.good)
    captured = capture_time(request);
  x.capture_ns = captured.value_or(capture_clock_ns());
  if (auto duration = request->metadata().get(lc::controls::FrameDuration))
    x.duration_ns = *duration * 1000;
  tells_durations_ = tells_durations_ || x.duration_ns > 0;
  x.number = number_of(told);
  auto verdict = gate_.take(x);
  pool_->lose(loss_place::source, verdict.missing);
  if (verdict.pass)
    encode(request, x.capture_ns, captured.has_value());
  else
    camera_.queue(request);
}

std::optional<int64_t> libcamera_source::capture_time(lc::Request* request) {
  auto told = request->buffers().begin()->second->metadata().timestamp;
  auto stamp = request->metadata().get(lc::controls::SensorTimestamp);
  auto stamp_ns = stamp ? *stamp : static_cast<int64_t>(told);
  auto result = on_capture_clock(stamp_ns, {capture_clock_ns(),
                                            read_clock_ns(CLOCK_MONOTONIC)});
  if (!result && !std::exchange(untimed_, true))
    log_warning("camera", camera_.name(), " stamps a frame with ", stamp_ns,
                " ns, which is no time of now on any clock: such frames are "
                "placed by when they are complete");
  return result;
}

void libcamera_source::encode(lc::Request* request, int64_t capture_ns,
                              bool is_timed) {
  auto buffer = request->buffers().begin()->second;
  raw_frame x;
  x.picture = camera_.buffers().picture(buffer);
  x.picture.is_limited = camera_.is_limited();
  if (x.picture.layout == pixel_layout::mjpeg) {
    auto planes = buffer->metadata().planes();
    if (!planes.empty())
      x.picture.bytes = std::min<size_t>(x.picture.bytes, planes[0].bytesused);
  }
  x.memory = std::shared_ptr<const void>(request, [this, request](const void*) {
    camera_.queue(request);
  });
  x.capture_mono_ns = capture_ns;
  x.is_timed = is_timed;
  x.capture_utc_ns = utc_clock_ns() - (capture_clock_ns() - capture_ns);
  if (auto exposure = request->metadata().get(lc::controls::ExposureTime))
    x.exposure_us = *exposure;
  pool_->add(std::move(x));
}

} // namespace

frame_source_ptr make_libcamera_source(libcamera_options options) {
  return std::make_unique<libcamera_source>(std::move(options));
}

caf::error check_camera(const libcamera_options& options) {
  libcamera_camera camera;
  return camera.open(options, spare_buffers);
}

} // namespace camnode
