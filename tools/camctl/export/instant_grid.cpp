#include "tools/camctl/export/instant_grid.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace camnode {

namespace {

constexpr uint64_t s = 1'000'000'000;

} // namespace

int64_t instant_grid::at(uint64_t k) const {
  auto ticks = k * rate.ticks;
  auto rest = ticks % rate.per_second;
  return first_ns
         + static_cast<int64_t>(ticks / rate.per_second * s
                                + rest * s / rate.per_second);
}

int64_t instant_grid::step_ns() const {
  return static_cast<int64_t>(uint64_t{rate.ticks} * s / rate.per_second);
}

int64_t instant_grid::reach_ns() const {
  return step_ns() * 6 / 10;
}

frame_choice choose_frame(const instant_grid& grid, int64_t instant_ns,
                          int64_t frame_ns, std::optional<int64_t> next_ns) {
  auto reach_ns = grid.reach_ns();
  auto away_ns = std::abs(frame_ns - instant_ns);
  if (frame_ns < instant_ns - reach_ns)
    return frame_choice::skip;
  // A frame within reach is let go of only for one that is clearly nearer:
  // else frames that come now early and now late would be left out.
  auto much_ns = grid.step_ns() * 2 / 10;
  if (next_ns && std::abs(*next_ns - instant_ns) + much_ns < away_ns)
    return frame_choice::skip;
  return away_ns > reach_ns ? frame_choice::hole : frame_choice::take;
}

film_rate rate_of_interval(int64_t interval_ns) {
  constexpr double least = 1; // Thousandths of a Hz.
  constexpr double most = 1'000'000;
  auto per_1000_s = std::round(
    1e12 / static_cast<double>(std::max<int64_t>(interval_ns, 1)));
  return {static_cast<uint32_t>(std::clamp(per_1000_s, least, most)), 1'000};
}

std::string rate_text(const film_rate& x) {
  char text[32];
  auto n = snprintf(text, sizeof(text), "%.3f", double(x.per_second) / x.ticks);
  std::string result(text, static_cast<size_t>(n));
  result.erase(result.find_last_not_of('0') + 1);
  if (result.back() == '.')
    result.pop_back();
  return result;
}

} // namespace camnode
