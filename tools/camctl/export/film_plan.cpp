#include "tools/camctl/export/film_plan.hpp"

#include "messages/text.hpp"
#include "tools/camctl/export/instant_grid.hpp"
#include "tools/camctl/export/usual_interval.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace camnode {

namespace {

constexpr uint64_t rows_per_question = 4096;

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
    plan.last_ns = ns;
    plan.bytes += x->row.bytes;
    plan.size = x->size;
  }
  std::vector<film_plan> result;
  for (auto& [size, film] : films) {
    film.plan.camera = id;
    film.plan.usual_rate = rate_of_interval(film.interval.ns());
    result.push_back(std::move(film.plan));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](auto& a, auto& b) { return a.frames > b.frames; });
  for (auto& x : result)
    x.name = &x == &result.front() && !is_taken(id) ? id : name_of(id, x.size);
  return result;
}

} // namespace camnode
