#include "actors/camera/command_source.hpp"

#include "actors/base/child_process.hpp"
#include "actors/base/log.hpp"
#include "actors/base/log_pace.hpp"
#include "actors/camera/bounded_lines.hpp"
#include "actors/camera/jpeg_splitter.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "messages/redaction.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <future>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace camnode {

namespace {

using std::chrono::milliseconds;

/// How long a program may take to end: after it closed its output, and after
/// SIGTERM.
constexpr milliseconds end_patience{1000};

/// The most that Linux grants without privileges. Room for several frames, so
/// that a busy moment here does not make the program drop any.
constexpr int pipe_bytes = 1 << 20;

/// More than a pipe holds: somebody who is not ours writes on.
constexpr size_t most_left_bytes = size_t{2} << 20;

/// Room for at least this much is offered to each read.
constexpr size_t least_read_bytes = 16 * 1024;

/// Reads of stderr after the end: last words are in what a pipe holds.
constexpr size_t most_last_reads = 16;

/// A program that is silent for as long has written the picture that it began,
/// if its pictures have no end marker.
constexpr int64_t rest_ns = 1'000'000'000;

/// A program while it runs: everything that the source's thread does.
class command_run {
public:
  command_run(std::string command, source_events events,
              std::function<void(std::string)> on_stderr, int stop_fd)
    : command_(std::move(command)),
      events_(std::move(events)),
      lines_(std::move(on_stderr)),
      stop_fd_(stop_fd) {
  }

  caf::error start() {
    auto error = child_.start({"/bin/sh", "-c", command_});
    if (!error)
      fcntl(child_.out.get(), F_SETPIPE_SZ, pipe_bytes);
    return error;
  }

  /// Reads until the program ends or the source is stopped.
  void run() {
    while (child_.out && !stopped_) {
      if (wait_readable(patience_ms()))
        read_frames();
      end_picture();
      read_stderr();
    }
    auto stopped = stopped_;
    auto how = end_program();
    finish_frames();
    lines_.finish(capture_clock_ns());
    if (!stopped)
      events_.on_end(caf::make_error(ec::source_ended, end_text(how)));
  }

private:
  /// Waits for bytes or the stop signal, at most `timeout_ms` (-1: endless).
  /// @returns whether there may be bytes on stdout.
  bool wait_readable(int timeout_ms) {
    pollfd fds[3] = {{stopped_ ? -1 : stop_fd_, POLLIN, 0},
                     {child_.out.get(), POLLIN, 0},
                     {child_.err.get(), POLLIN, 0}};
    if (poll(fds, 3, timeout_ms) <= 0)
      return false;
    stopped_ = stopped_ || fds[0].revents != 0;
    return fds[1].revents != 0;
  }

  /// Until when there is nothing to do but for what comes.
  int patience_ms() const {
    if (!splitter_.waits_for_rest())
      return lines_.owes() ? 200 : -1;
    auto left_ns = newest_ns_ + rest_ns - capture_clock_ns();
    return static_cast<int>(std::clamp<int64_t>(left_ns / 1'000'000 + 1, 0,
                                                lines_.owes() ? 200 : 1000));
  }

  /// Ends a picture that has no end marker, if nothing follows it.
  void end_picture() {
    if (!splitter_.waits_for_rest()
        || capture_clock_ns() - newest_ns_ < rest_ns)
      return;
    splitter_.rest();
    hand_out();
  }

  /// @returns how many bytes there were.
  size_t read_frames() {
    auto room = splitter_.prepare(least_read_bytes);
    auto n = read_some(child_.out, room.data, room.size);
    if (n == 0)
      return 0;
    newest_ns_ = capture_clock_ns();
    splitter_.commit(n, newest_ns_);
    hand_out();
    return n;
  }

  void hand_out() {
    while (auto x = splitter_.next()) {
      report_broken();
      deliver(std::move(*x));
    }
    report_broken();
  }

  /// What the program wrote before it ended is still in the pipe.
  void finish_frames() {
    for (size_t n = 1, sum = 0; n > 0 && sum < most_left_bytes; sum += n)
      n = read_frames();
    splitter_.finish();
    hand_out();
  }

  void deliver(split_jpeg x) {
    captured_frame frame;
    frame.jpeg = std::move(x.jpeg);
    frame.width = x.width;
    frame.height = x.height;
    frame.is_timed = false;
    frame.capture_mono_ns = x.first_byte_ns;
    frame.capture_utc_ns = utc_clock_ns()
                           - (capture_clock_ns() - x.first_byte_ns);
    ++frames_;
    events_.on_frame(std::move(frame));
  }

  void report_broken() {
    auto broken = splitter_.broken_frames() - reported_broken_;
    if (broken == 0)
      return;
    reported_broken_ += broken;
    events_.on_loss(loss_place::source, broken);
    if (losses_.admits(newest_ns_))
      log_warning("camera",
                  "lost a JPEG of the program: ", splitter_.broken_reason(),
                  losses_.more());
  }

  void read_stderr() {
    char buffer[4096];
    auto now_ns = capture_clock_ns();
    auto n = read_some(child_.err, reinterpret_cast<uint8_t*>(buffer),
                       sizeof(buffer));
    lines_.put(buffer, n, now_ns);
    lines_.tick(now_ns);
  }

  /// Reads what is there. Closes `fd` at its end.
  static size_t read_some(unique_fd& fd, uint8_t* data, size_t size) {
    if (!fd)
      return 0;
    auto n = read(fd.get(), data, size);
    if (n > 0)
      return static_cast<size_t>(n);
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
      fd.reset();
    return 0;
  }

  /// Sees to it that the program's processes are gone.
  /// @returns how the shell ended.
  std::string end_program() {
    auto gone = !stopped_ && wait_gone(true);
    if (!gone) {
      child_.signal(SIGTERM);
      wait_gone(false);
    }
    auto how = child_.reap();
    for (size_t i = 0; child_.err && i < most_last_reads; ++i)
      read_stderr();
    if (gone || stopped_)
      return how;
    return "closed its output and " + how;
  }

  /// Waits until the shell has ended and nobody holds its stdout.
  bool wait_gone(bool until_stopped) {
    auto end = std::chrono::steady_clock::now() + end_patience;
    do {
      if (!child_.out && child_.has_exited())
        return true;
      wait_readable(10);
      read_frames();
      read_stderr();
    } while (std::chrono::steady_clock::now() < end
             && !(until_stopped && stopped_));
    return false;
  }

  /// Names no command, as it may hold a password and this text goes far.
  std::string end_text(const std::string& how) const {
    auto result = "camera.command " + how + " after " + std::to_string(frames_)
                  + (frames_ == 1 ? " frame" : " frames");
    if (!lines_.last().empty())
      result += "; last words: " + without_credentials(lines_.last());
    return result;
  }

  const std::string command_;
  const source_events events_;
  child_process child_;
  jpeg_splitter splitter_;
  bounded_lines lines_;
  const int stop_fd_;
  bool stopped_ = false;
  uint64_t frames_ = 0;
  uint64_t reported_broken_ = 0;
  int64_t newest_ns_ = 0; ///< When the newest bytes came.
  log_pace losses_;
};

} // namespace

command_source::command_source(std::string command,
                               std::function<void(std::string)> on_stderr)
  : command_(std::move(command)), on_stderr_(std::move(on_stderr)) {
}

command_source::~command_source() {
  if (!thread_.joinable())
    return;
  eventfd_write(stop_.get(), 1);
  thread_.join();
}

caf::error command_source::start(source_events events) {
  if (command_.find_first_not_of(" \t\n") == std::string::npos)
    return caf::make_error(ec::bad_configuration,
                           std::string{"no command that writes MJPEG"});
  stop_ = unique_fd{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!stop_)
    return caf::make_error(ec::open_failed, std::string{"no eventfd"});
  // The thread starts the program itself, as the program is told when the
  // thread that started it ends.
  std::promise<caf::error> started;
  auto result = started.get_future();
  thread_ = std::thread{[this, events, &started] {
    command_run run{command_, events, on_stderr_, stop_.get()};
    auto error = run.start();
    auto failed = static_cast<bool>(error);
    started.set_value(std::move(error));
    if (failed)
      return;
    try {
      run.run();
    } catch (std::exception& x) {
      events.on_end(caf::make_error(ec::source_ended, std::string{x.what()}));
    }
  }};
  return result.get();
}

} // namespace camnode
