#include "actors/shared/clock_age.hpp"

#include <cmath>

namespace camnode {

clock_estimate clock_at(const viewer_figures& x, int64_t now_ns) {
  if (x.probed_ns == 0 || now_ns <= x.probed_ns)
    return x.clock;
  auto age_s = static_cast<double>(now_ns - x.probed_ns) / 1e9;
  auto rate = [](int64_t ppb) { return static_cast<double>(ppb); };
  auto known = x.drift_error_ppb > 0;
  auto wander = rate(max_wander_ppb_per_s) * age_s / 2;
  auto off = known ? rate(x.drift_error_ppb) + wander
                   : rate(max_drift_ppm * 1000);
  auto result = x.clock;
  if (known)
    result.offset_ns += std::llround(rate(x.drift_ppb) * age_s);
  result.error_ns += std::llround(std::ceil(off * age_s));
  return result;
}

} // namespace camnode
