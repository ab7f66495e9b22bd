#include "actors/session/disk_guard.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
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
  auto result = std::to_string(x.free_bytes / mb) + " MB free, "
                + std::to_string(x.bytes_per_s / 1000) + " kB/s";
  if (!x.mostly.empty())
    result += ", of which " + x.mostly + " has "
              + std::to_string(x.mostly_bytes_per_s / 1000);
  return result;
}

disk_guard::disk_guard(disk_space space, uint64_t most_per_s)
  : space_(std::move(space)), most_per_s_(most_per_s) {
}

void disk_guard::observe(const delivered_bytes& x, int64_t now_ns) {
  grow(x, now_ns);
  if (!space_ || (!samples_.empty() && now_ns - samples_.back().ns < second_ns))
    return;
  samples_.push_back({now_ns, grown_});
  while (samples_.size() > 2 && now_ns - samples_[1].ns >= window_ns)
    samples_.pop_front();
  auto free = space_();
  figures_.known = free.has_value();
  figures_.free_bytes = free.value_or(0);
  auto passed_ns = now_ns - samples_.front().ns;
  if (passed_ns >= least_ns)
    find_rates(passed_ns);
}

void disk_guard::grow(const delivered_bytes& x, int64_t now_ns) {
  auto passed_ns = static_cast<uint64_t>(
    std::max<int64_t>(now_ns - last_ns_, 0));
  auto most = most_per_s_ == 0 ? std::numeric_limits<uint64_t>::max()
                               : most_per_s_ * (passed_ns / 1000) / 1'000'000;
  if (last_)
    for (auto& [camera, bytes] : x) {
      auto i = last_->find(camera);
      auto before = i == last_->end() ? 0 : i->second;
      if (bytes > before)
        grown_[camera] += std::min(bytes - before, most);
    }
  for (auto i = grown_.begin(); i != grown_.end();)
    i = x.count(i->first) > 0 ? std::next(i) : grown_.erase(i);
  last_ = x;
  last_ns_ = now_ns;
}

void disk_guard::find_rates(int64_t passed_ns) {
  auto seconds = static_cast<double>(passed_ns) / second_ns;
  auto& before = samples_.front().grown;
  figures_.bytes_per_s = 0;
  figures_.mostly.clear();
  figures_.mostly_bytes_per_s = 0;
  std::string biggest;
  for (auto& [camera, bytes] : grown_) {
    auto i = before.find(camera);
    // A camera that went and came back has begun anew.
    auto known = i != before.end() && i->second <= bytes ? i->second : 0;
    auto grown = bytes - known;
    auto rate = static_cast<uint64_t>(static_cast<double>(grown) / seconds);
    figures_.bytes_per_s += rate;
    if (rate > figures_.mostly_bytes_per_s) {
      figures_.mostly_bytes_per_s = rate;
      biggest = camera;
    }
  }
  auto others = figures_.bytes_per_s - figures_.mostly_bytes_per_s;
  if (others > 0 && figures_.mostly_bytes_per_s > others)
    figures_.mostly = biggest;
}

} // namespace camnode
