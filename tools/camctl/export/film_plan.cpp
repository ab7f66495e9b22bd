#include "tools/camctl/export/film_plan.hpp"

#include "messages/text.hpp"
#include "tools/camctl/export/usual_interval.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace camnode {

namespace {

constexpr uint64_t rows_per_question = 4096;

/// Of a film of one frame, which has to have a rate.
constexpr int64_t some_interval_ns = 40'000'000;

/// Fewer say little of a camera's rate, as where its size changes for a moment.
constexpr uint64_t enough_frames = 10;

struct measured_film {
  film_plan plan;
  usual_interval interval;
};

std::string name_of(const std::string& id, const picture_size& x) {
  return id + '@' + std::to_string(x.width) + 'x' + std::to_string(x.height);
}

/// Whether an export has a table of that name; names of files may differ in
/// more than the case of their letters only.
bool is_taken(const std::string& id) {
  auto name = to_lower(id);
  return name == "frames" || name == "sensors" || name == "markers"
         || name == grid_film_name;
}

} // namespace

std::vector<film_plan> plan_films(const std::string& id, camera_source& source,
                                  const time_cut& cut,
                                  const std::function<bool()>& go_on) {
  std::map<std::pair<uint16_t, uint16_t>, measured_film> films;
  uint64_t rows = 0;
  while (auto* x = source.next()) {
    if (++rows % rows_per_question == 0 && !go_on())
      return {};
    auto ns = x->row.capture_ns;
    if (!cut.has(ns))
      continue;
    auto& film = films[{x->size.width, x->size.height}];
    auto& plan = film.plan;
    if (plan.frames++ == 0)
      plan.first_ns = ns;
    else if (ns > plan.last_ns)
      film.interval.add(ns - plan.last_ns);
    plan.last_ns = std::max(plan.last_ns, ns);
    plan.bytes += x->row.bytes;
    plan.size = x->size;
  }
  std::vector<film_plan> result;
  for (auto& [size, film] : films) {
    film.plan.camera = id;
    film.plan.usual_rate = rate_of_interval(
      film.interval.ns().value_or(some_interval_ns));
    result.push_back(std::move(film.plan));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](auto& a, auto& b) { return a.frames > b.frames; });
  for (auto& x : result)
    x.name = &x == &result.front() && !is_taken(id) ? id : name_of(id, x.size);
  return result;
}

instant_grid grid_of(const std::vector<film_plan>& films,
                     const std::optional<film_rate>& rate) {
  instant_grid result;
  if (films.empty())
    return result;
  result.first_ns = films.front().first_ns;
  auto last_ns = films.front().last_ns;
  uint64_t most = 0;
  for (auto& x : films) {
    result.first_ns = std::min(result.first_ns, x.first_ns);
    last_ns = std::max(last_ns, x.last_ns);
    most = std::max(most, x.frames);
  }
  auto enough = most < enough_frames ? std::min<uint64_t>(most, 2)
                                     : enough_frames;
  auto least_ns = std::numeric_limits<int64_t>::max();
  for (auto& x : films) {
    auto step_ns = instant_grid{0, x.usual_rate, 0}.step_ns();
    if (x.frames < enough || step_ns >= least_ns)
      continue;
    least_ns = step_ns;
    result.rate = x.usual_rate;
  }
  result.rate = rate.value_or(result.rate);
  auto step_ns = result.step_ns();
  auto steps = (last_ns - result.first_ns + step_ns / 2) / step_ns;
  result.rows = 1 + static_cast<uint64_t>(steps);
  return result;
}

} // namespace camnode
