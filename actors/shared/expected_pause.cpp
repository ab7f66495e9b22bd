#include "actors/shared/expected_pause.hpp"

#include "actors/shared/frame_rhythm.hpp"

#include <algorithm>

namespace camnode {

namespace {

/// Of a camera that is slower than anybody would wait for.
constexpr int64_t longest_pause_ns = 60'000'000'000;

} // namespace

int64_t expected_pause_ns(const server_info& server, const viewer_figures& x,
                          int64_t now_ns) {
  auto period_ns = server.rate_mhz == 0 ? 0
                                        : 1'000'000'000'000 / server.rate_mhz;
  period_ns = std::min(period_ns, longest_pause_ns);
  if (!x.connected || x.newest_ns == 0 || !server.camera_trouble.empty())
    return period_ns;
  auto shown_ns = x.is_known             ? x.longest_ns
                  : server.rate_mhz == 0 ? frame_rhythm::generous_ns
                                         : 0;
  auto silence_ns = now_ns - x.newest_ns;
  if (now_ns - x.rested_ns <= made_durable_ns)
    silence_ns = std::max(silence_ns, x.rest_ns);
  return std::max(period_ns,
                  std::min({shown_ns, silence_ns, longest_pause_ns}));
}

} // namespace camnode
