#include "actors/session/disk_guard.hpp"

#include <utility>

namespace camnode {

namespace {

constexpr int64_t second_ns = 1'000'000'000;

/// Longer than a film's key events; short enough to see a camera come.
constexpr int64_t window_ns = 10 * second_ns;

/// With less than this, a rate is a guess.
constexpr int64_t least_ns = 2 * second_ns;

} // namespace

std::string describe(const disk_figures& x) {
  constexpr uint64_t mb = 1'000'000;
  return std::to_string(x.free_bytes / mb) + " MB free, "
         + std::to_string(x.bytes_per_s / 1000) + " kB/s";
}

disk_guard::disk_guard(disk_space space) : space_(std::move(space)) {
}

void disk_guard::observe(uint64_t received_bytes, int64_t now_ns) {
  if (last_received_ && received_bytes > *last_received_)
    grown_ += received_bytes - *last_received_;
  last_received_ = received_bytes;
  if (!space_ || (!samples_.empty() && now_ns - samples_.back().ns < second_ns))
    return;
  samples_.push_back({now_ns, grown_});
  while (samples_.size() > 2 && now_ns - samples_[1].ns >= window_ns)
    samples_.pop_front();
  auto free = space_();
  figures_.known = free.has_value();
  figures_.free_bytes = free.value_or(0);
  auto passed_ns = now_ns - samples_.front().ns;
  if (passed_ns >= least_ns) {
    auto grown = static_cast<double>(grown_ - samples_.front().bytes);
    auto seconds = static_cast<double>(passed_ns) / second_ns;
    figures_.bytes_per_s = static_cast<uint64_t>(grown / seconds);
  }
}

} // namespace camnode
