#include "nodes/camera_health.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace camnode {

using namespace std::chrono_literals;

camera::patience patience_of(source_kind kind, double fps) {
  // Five frames of a slow camera, but never less than 2 s.
  auto five_frames = caf::timespan{static_cast<int64_t>(5e9 / fps)};
  auto next = std::max<caf::timespan>(2s, five_frames);
  // The source itself waits as long, and knows more of what is wrong.
  if (kind == source_kind::libcamera)
    next += 1s;
  // Sensors and programs need seconds until the first frame.
  auto first = std::max<caf::timespan>(10s, next);
  // A file has its own times, pauses too, and says when it is over.
  if (kind == source_kind::file)
    next = camera::no_limit;
  return {first, next};
}

uint32_t announced_rate_mhz(source_kind kind, double fps) {
  auto has_own = kind == source_kind::command || kind == source_kind::file;
  if (has_own && fps == camera_options{}.fps)
    return 0;
  return static_cast<uint32_t>(std::lround(fps * 1000));
}

std::string trouble_of(const camera_board& board, caf::timespan patience,
                       int64_t now_ns) {
  if (board.newest_ns() == 0)
    return "no frame yet; camera: " + board.state();
  auto age = now_ns - board.newest_ns();
  if (age > patience.count())
    return "no frame for " + std::to_string(age / 1'000'000)
           + " ms; camera: " + board.state();
  return {};
}

} // namespace camnode
