#include "actors/viewer/waste_meter.hpp"

#include <algorithm>

namespace camnode {

namespace {

double waste_of(const stream_totals& x) {
  auto usual = x.frames * waste_meter::usual_overhead;
  auto beyond = x.overhead_bytes - std::min(x.overhead_bytes, usual);
  return static_cast<double>(x.empty + x.broken + x.cut
                             + beyond / waste_meter::waste_bytes);
}

} // namespace

std::string waste_meter::judge(const stream_totals& x, int64_t now_ns) {
  auto left = patience_.has_any(now_ns);
  auto waste = waste_of(x);
  patience_.take(waste - counted_);
  counted_ = waste;
  if (left)
    return {};
  return "ended as it wastes our time: " + std::to_string(x.frames)
         + " frames, of them " + std::to_string(x.cut) + " too many, "
         + std::to_string(x.empty) + " empty and " + std::to_string(x.broken)
         + " broken parts, " + std::to_string(x.overhead_bytes)
         + " bytes in between; expected fewer than "
         + std::to_string(static_cast<int>(per_second))
         + " such things a second";
}

} // namespace camnode
