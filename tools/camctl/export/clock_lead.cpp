#include "tools/camctl/export/clock_lead.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <utility>

namespace camnode {

namespace {

/// Two crystals of 100 ppm, and something for what corrects their rates.
constexpr double max_rate = 300e-6;

/// By how much the rates of two clocks change in 1 s: each by 0.02 ppm.
constexpr double max_change = 2 * 0.02e-6;

constexpr double s = 1e9;

/// What was known of a server's clock, with what holds at the end.
std::vector<clock_record> records_of(const manifest_camera& x) {
  auto result = x.clocks;
  if (x.clock && x.clock->client_ns != 0
      && (result.empty() || x.clock->client_ns > result.back().client_ns))
    result.push_back({x.clock->client_ns, x.server.epoch, x.clock->offset_ns,
                      x.clock->error_ns, x.clock->drift_ppb});
  return result;
}

/// How far a client's clock was ahead of each run of a server, in time of that.
std::map<uint64_t, clock_lead> leads_over(const manifest_camera& x) {
  std::map<uint64_t, std::vector<clock_lead::point>> runs;
  for (auto& y : records_of(x))
    if (y.epoch != 0)
      runs[y.epoch].push_back(
        {y.client_ns - y.offset_ns, y.offset_ns, y.error_ns});
  std::map<uint64_t, clock_lead> result;
  for (auto& [epoch, points] : runs)
    result.emplace(epoch, clock_lead{std::move(points)});
  return result;
}

std::vector<clock_lead::point>
points_of(const manifest& x, const manifest& first, const std::string& id) {
  std::vector<clock_lead::point> result;
  auto other = x.cameras.find(id);
  if (other == x.cameras.end())
    return result;
  auto there = leads_over(other->second);
  for (auto& y : records_of(first.cameras.at(id))) {
    auto run = there.find(y.epoch);
    if (run == there.end())
      continue;
    auto server_ns = y.client_ns - y.offset_ns;
    auto ahead = run->second.at(server_ns);
    auto time_ns = x.session.session_ns(server_ns + ahead.ns);
    result.push_back({time_ns, time_ns - first.session.session_ns(y.client_ns),
                      y.error_ns + ahead.error_ns.value_or(0)});
  }
  return result;
}

} // namespace

clock_lead::clock_lead(std::vector<point> points)
  : same_(false), points_(std::move(points)) {
  std::stable_sort(points_.begin(), points_.end(),
                   [](auto& a, auto& b) { return a.time_ns < b.time_ns; });
}

clock_difference clock_lead::at(int64_t time_ns) const {
  if (points_.empty())
    return {0, same_ ? std::optional<int64_t>{0} : std::nullopt};
  auto after = std::lower_bound(points_.begin(), points_.end(), time_ns,
                                [](auto& x, auto ns) {
                                  return x.time_ns < ns;
                                });
  if (after == points_.begin() || after == points_.end()) {
    auto& x = after == points_.end() ? points_.back() : *after;
    auto away_ns = static_cast<double>(std::abs(time_ns - x.time_ns));
    return {x.ahead_ns, x.error_ns + std::llround(away_ns * max_rate)};
  }
  auto& a = after[-1];
  auto& b = *after;
  auto length_ns = static_cast<double>(b.time_ns - a.time_ns);
  auto part = static_cast<double>(time_ns - a.time_ns) / length_ns;
  auto rise_ns = static_cast<double>(b.ahead_ns - a.ahead_ns);
  // How far a curve that bends so much is from the line at most.
  auto bend_ns = max_change * length_ns / s * length_ns / 8;
  return {a.ahead_ns + std::llround(rise_ns * part),
          std::max(a.error_ns, b.error_ns) + std::llround(bend_ns)};
}

clock_lead lead_of(const manifest& x, const manifest& first) {
  std::vector<clock_lead::point> best;
  for (auto& [id, camera] : first.cameras) {
    auto points = points_of(x, first, id);
    if (points.size() > best.size())
      best = std::move(points);
  }
  return clock_lead{std::move(best)};
}

} // namespace camnode
