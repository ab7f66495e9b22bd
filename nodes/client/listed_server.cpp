#include "nodes/client/listed_server.hpp"

#include <algorithm>
#include <tuple>

namespace camnode {

namespace {

constexpr int64_t gone_patience_ns = 10'000'000'000;

bool is_needed(const listed_server& x) {
  return x.here || !x.idle || x.expected;
}

} // namespace

bool is_to_go(const listed_server& x, int64_t now_ns) {
  return !is_needed(x) && now_ns - x.seen_ns > gone_patience_ns
         && (x.told_off || !x.gave_frames);
}

std::optional<std::string> first_to_go(const std::vector<listed_server>& xs) {
  auto worth = [](const listed_server& x) {
    return std::make_tuple(is_needed(x), x.gave_frames, x.seen_ns);
  };
  auto i = std::min_element(xs.begin(), xs.end(),
                            [&](const auto& x, const auto& y) {
                              return worth(x) < worth(y);
                            });
  if (i == xs.end() || is_needed(*i))
    return std::nullopt;
  return i->id;
}

} // namespace camnode
