#include "actors/base/wrong_tokens.hpp"

#include <algorithm>

namespace camnode {

namespace {

constexpr int64_t penalty_ns = 1'000'000'000;

} // namespace

std::chrono::nanoseconds wrong_tokens::take(const std::string& address,
                                            int64_t now_ns) {
  if (due_ns_.size() >= most_)
    for (auto i = due_ns_.begin(); i != due_ns_.end();)
      i = i->second <= now_ns ? due_ns_.erase(i) : std::next(i);
  auto is_known = due_ns_.count(address) > 0 || due_ns_.size() < most_;
  auto& due_ns = due_ns_[is_known ? address : std::string{}];
  due_ns = std::min(std::max(due_ns, now_ns) + penalty_ns,
                    now_ns + longest.count());
  return std::chrono::nanoseconds{due_ns - now_ns};
}

} // namespace camnode
