#include "actors/base/topic_filters.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

using names = std::vector<std::string_view>;

names split(std::string_view text, char separator) {
  names result;
  for (;;) {
    auto end = text.find(separator);
    result.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return result;
    text.remove_prefix(end + 1);
  }
}

names filters_of(std::string_view text) {
  auto result = split(text, ',');
  for (auto& x : result)
    x = trim(x);
  return result;
}

/// What a filter of a shared subscription, `$share/<group>/<filter>`, matches.
std::string_view unshared(std::string_view filter) {
  auto group = split(filter, '/');
  if (group.size() < 3 || group[0] != "$share")
    return filter;
  return filter.substr(group[0].size() + group[1].size() + 2);
}

/// A filter that matches all that `a` and `b` match.
std::string cover(std::string_view a, std::string_view b) {
  auto left = split(a, '/');
  auto right = split(b, '/');
  std::string result;
  for (size_t i = 0; i < left.size() || i < right.size(); ++i) {
    result += i == 0 ? "" : "/";
    if (i >= left.size() || i >= right.size() || left[i] == "#"
        || right[i] == "#")
      return result + '#';
    result += left[i] == right[i] ? left[i] : "+";
  }
  return result;
}

/// Replaces two filters that overlap by one.
/// @returns Whether there were two.
bool join_two(std::vector<std::string>& filters) {
  for (auto i = filters.begin(); i != filters.end(); ++i)
    for (auto j = std::next(i); j != filters.end(); ++j)
      if (filters_overlap(*i, *j)) {
        *i = cover(*i, *j);
        filters.erase(j);
        return true;
      }
  return false;
}

} // namespace

topic_filters::topic_filters(std::string_view text, std::string one) {
  if (!one.empty()) // First: whoever hears the others hears this one, too.
    wanted_.push_back(std::move(one));
  for (auto& x : filters_of(text))
    wanted_.emplace_back(x);
  to_subscribe_ = wanted_;
  while (join_two(to_subscribe_))
    ;
}

bool topic_filters::want(std::string_view topic) const {
  if (wanted_.size() == to_subscribe_.size()) // The broker has looked.
    return true;
  return std::any_of(wanted_.begin(), wanted_.end(), [=](auto& x) {
    return filters_overlap(unshared(x), topic);
  });
}

bool are_topic_filters(std::string_view text) {
  auto all = filters_of(text);
  return all.size() <= topic_filters::max_filters
         && std::all_of(all.begin(), all.end(), is_mqtt_filter);
}

bool filters_overlap(std::string_view a, std::string_view b) {
  auto left = split(a, '/');
  auto right = split(b, '/');
  auto is_wild = [](std::string_view x) { return x == "+" || x == "#"; };
  auto is_hidden = [](std::string_view x) { return x.substr(0, 1) == "$"; };
  // Wildcards in front match no topic of the broker's own ($SYS).
  if ((is_wild(left[0]) && is_hidden(right[0]))
      || (is_wild(right[0]) && is_hidden(left[0])))
    return false;
  for (size_t i = 0; i < left.size() || i < right.size(); ++i) {
    auto x = i < left.size() ? left[i] : std::string_view{};
    auto y = i < right.size() ? right[i] : std::string_view{};
    if (x == "#" || y == "#") // Also of the level above it.
      return true;
    if (i >= left.size() || i >= right.size())
      return false;
    if (x != y && x != "+" && y != "+")
      return false;
  }
  return true;
}

} // namespace camnode
