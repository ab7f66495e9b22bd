#include "actors/camera/file_source.hpp"

#include "actors/base/log.hpp"
#include "actors/base/log_pace.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <system_error>
#include <utility>

namespace camnode {

namespace {

/// How late a frame may be before it is given up.
constexpr std::chrono::seconds patience{1};

/// Clocks that came apart by more did so because the machine slept.
constexpr int64_t least_sleep_ns = 100'000'000;

caf::error wrong(const std::string& text) {
  return caf::make_error(ec::bad_configuration, text);
}

/// Refuses what does not begin like a row of JPEGs.
caf::error check_beginning(const std::string& path) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  unsigned char head[3] = {};
  file.read(reinterpret_cast<char*>(head), sizeof(head));
  auto failed = [&](const std::string& why) {
    return caf::make_error(ec::open_failed, path + ": " + why);
  };
  if (!file.is_open() || errno != 0)
    return failed(std::generic_category().message(errno));
  if (file.gcount() == 0)
    return failed("the file is empty");
  if (head[0] != 0xFF || head[1] != 0xD8 || head[2] != 0xFF)
    return failed("no row of JPEGs (MJPEG); ffmpeg in camera.command plays "
                  "other files");
  return caf::none;
}

} // namespace

/// Plays an open file until it is stopped.
class file_source::player {
public:
  player(mjpeg_file& file, const source_events& events, pacer& wait)
    : file_(file), events_(events), wait_(wait) {
  }

  /// @returns why it ended; none if it was stopped.
  /// @pre `advance` has found the first frame.
  caf::error play() {
    for (int64_t time_ns = 0;;) {
      if (!show(pass_begin_ns_ + time_ns))
        return caf::none;
      auto next = file_.advance();
      if (!next) {
        pass_begin_ns_ += time_ns + file_.period_ns();
        if (auto error = file_.rewind())
          return error;
        next = file_.advance();
        report_broken();
        if (!next)
          return caf::make_error(ec::source_ended,
                                 std::string{"no frame is left in the file"});
      }
      time_ns = *next;
    }
  }

private:
  /// Delivers the present frame at its time.
  /// @returns false if the source was stopped.
  bool show(int64_t due_ns) {
    report_broken();
    auto due = start_ + std::chrono::nanoseconds{due_ns};
    captured_frame frame;
    auto in_time = pacer::clock::now() - due < patience;
    if (in_time) {
      auto picture = file_.take();
      frame.jpeg = std::move(picture.jpeg);
      frame.width = picture.width;
      frame.height = picture.height;
    }
    if (!wait_.wait_until(due))
      return false;
    if (!in_time || frame.jpeg.size() > max_jpeg_bytes) {
      events_.on_loss(loss_place::encoder, 1);
      return true;
    }
    frame.capture_mono_ns = capture_time(due);
    frame.capture_utc_ns = utc_clock_ns()
                           - (capture_clock_ns() - frame.capture_mono_ns);
    events_.on_frame(std::move(frame));
    return true;
  }

  /// `when` on the capture clock, which runs on while the machine sleeps, as
  /// the pacer's clock does not. Their distance is kept but for that, so that
  /// reading two clocks adds no noise.
  int64_t capture_time(pacer::clock::time_point when) {
    using std::chrono::nanoseconds;
    auto count = [](pacer::clock::time_point x) {
      return nanoseconds{x.time_since_epoch()}.count();
    };
    auto ahead = capture_clock_ns() - count(pacer::clock::now());
    if (std::abs(ahead - ahead_ns_) > least_sleep_ns)
      ahead_ns_ = ahead;
    return count(when) + ahead_ns_;
  }

  void report_broken() {
    auto broken = file_.broken_frames() - reported_broken_;
    if (broken == 0)
      return;
    reported_broken_ += broken;
    events_.on_loss(loss_place::source, broken);
    if (losses_.admits(capture_clock_ns()))
      log_warning("camera", "lost a frame of the file: ", file_.broken_reason(),
                  losses_.more());
  }

  mjpeg_file& file_;
  const source_events& events_;
  pacer& wait_;
  const pacer::clock::time_point start_ = pacer::clock::now();
  int64_t ahead_ns_ = 0; ///< Capture clock minus the pacer's clock.
  int64_t pass_begin_ns_ = 0;
  uint64_t reported_broken_ = 0;
  log_pace losses_;
};

file_source::file_source(file_options options) : options_(std::move(options)) {
}

file_source::~file_source() {
  pacer_.stop();
  if (thread_.joinable())
    thread_.join();
}

caf::error file_source::start(source_events events) {
  if (!(options_.fps > 0 && options_.fps <= 1000))
    return wrong("a file's rate is above 0 and at most 1000 fps, not "
                 + std::to_string(options_.fps));
  if (auto error = open())
    return error;
  events_ = std::move(events);
  thread_ = std::thread{[this] { run(); }};
  return caf::none;
}

/// Opens the file and finds its first frame.
caf::error file_source::open() {
  if (auto error = check_beginning(options_.path))
    return error;
  file_.emplace(options_.path, options_.fps);
  if (auto error = file_->rewind())
    return error;
  if (!file_->advance())
    return caf::make_error(ec::open_failed,
                           options_.path + ": no whole frame in it");
  return caf::none;
}

void file_source::run() {
  caf::error reason;
  try {
    reason = player{*file_, events_, pacer_}.play();
  } catch (std::exception& x) {
    reason = caf::make_error(ec::source_ended, options_.path + ": " + x.what());
  }
  if (reason)
    events_.on_end(std::move(reason));
}

} // namespace camnode
