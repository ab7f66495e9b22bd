#include "actors/stream_publisher/stream_hub.hpp"

#include "actors/base/log.hpp"
#include "actors/stream_publisher/stream_reader.hpp"
#include "messages/clock.hpp"

namespace camnode {

namespace {

/// A live reader that has taken nothing for less is not stuck.
constexpr int64_t least_stuck_ns = 1'000'000'000;

} // namespace

bool stream_hub::has_room_for_live() {
  size_t live = 0;
  std::shared_ptr<stream_reader> slowest;
  for (auto& x : readers) {
    if (!x->is_live())
      continue;
    ++live;
    if (x->stuck_since_ns() != 0
        && (!slowest || x->stuck_since_ns() < slowest->stuck_since_ns()))
      slowest = x;
  }
  if (live < options.max_live)
    return true;
  if (!slowest
      || client_clock_ns() - slowest->stuck_since_ns() < least_stuck_ns)
    return false;
  displace(slowest, "live reader");
  return true;
}

void stream_hub::displace(const std::shared_ptr<stream_reader>& x,
                          const char* what) {
  ++counters.displaced;
  if (displacements.admits(client_clock_ns()))
    log_info("stream_publisher", "closed a ", what, " of ",
             x->origin().to_string(), " to make room", displacements.more());
  x->close();
}

std::string stream_hub::clock(int64_t receive_mono_ns) const {
  auto utc = utc_clock_ns();
  auto send = capture_clock_ns();
  return "{\"id\":\"" + options.id
         + "\",\"epoch\":" + std::to_string(options.epoch)
         + ",\"receive_mono_ns\":" + std::to_string(receive_mono_ns)
         + ",\"send_mono_ns\":" + std::to_string(send)
         + ",\"utc_ns\":" + std::to_string(utc) + "}\n";
}

} // namespace camnode
