#include "nodes/server/camera_health.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace camnode {

using namespace std::chrono_literals;

namespace {

int64_t frames_ns(int n, double fps) {
  return static_cast<int64_t>(n * 1e9 / fps);
}

bool has_own_rate(source_kind kind) {
  return kind == source_kind::command || kind == source_kind::file;
}

} // namespace

camera::patience patience_of(source_kind kind, double fps) {
  // Five frames of a slow camera, but never less than 2 s.
  auto five_frames = caf::timespan{frames_ns(5, fps)};
  auto next = std::max<caf::timespan>(2s, five_frames);
  // The source itself waits as long, and knows more of what is wrong.
  if (kind == source_kind::libcamera)
    next += 1s;
  // Sensors and programs need seconds until the first frame.
  auto first = std::max<caf::timespan>(10s, next);
  // A file has its own times, pauses too, and says when it is over.
  if (kind == source_kind::file)
    next = camera::no_limit;
  // A camera whose frames say what they take is watched by its source, too.
  if (kind == source_kind::command || kind == source_kind::libcamera)
    next = camera::as_shown;
  return {first, next};
}

camera_board_ptr board_of(source_kind kind, double fps, uint64_t epoch) {
  auto frame_ns = has_own_rate(kind) ? 0 : frames_ns(1, fps);
  auto generous_ns = std::max(frame_rhythm::generous_ns, frames_ns(5, fps));
  return std::make_shared<camera_board>(epoch, frame_ns, generous_ns);
}

uint32_t announced_rate_mhz(source_kind kind, double fps,
                            const camera_board& board) {
  if (has_own_rate(kind) && board.rate_mhz() != 0)
    return board.rate_mhz();
  if (has_own_rate(kind) && fps == camera_options{}.fps)
    return 0;
  return static_cast<uint32_t>(std::lround(fps * 1000));
}

std::string trouble_of(const camera_board& board, caf::timespan patience,
                       int64_t now_ns) {
  if (board.newest_ns() == 0)
    return "no frame yet; camera: " + board.state();
  if (patience == camera::as_shown)
    patience = caf::timespan{board.patience_ns()};
  auto age = now_ns - board.newest_ns();
  if (age > patience.count())
    return "no frame for " + std::to_string(age / 1'000'000)
           + " ms; camera: " + board.state();
  return {};
}

} // namespace camnode
