#include "actors/observed/actor_directory.hpp"

#include "messages/clock.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

std::shared_ptr<actor_probe>
actor_directory::open(const std::string& name, uint64_t parent,
                      const std::string& supervisor) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (histories_.size() >= max_names)
    forget_the_past();
  auto& past = histories_[name];
  actor_figures last;
  last.restarts = past.births++;
  last.last_error = past.last_error;
  last.error_at_ns = past.error_at_ns;
  last.last_end = past.last_end;
  auto result = std::make_shared<actor_probe>(name, supervisor, parent, last);
  living_.push_back(result);
  to_come_.erase(name);
  return result;
}

void actor_directory::close(const std::shared_ptr<actor_probe>& x,
                            const std::string& reason) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto past = histories_.find(x->name());
  if (past != histories_.end()) {
    past->second.last_error = reason;
    past->second.error_at_ns = client_clock_ns();
    past->second.last_end = reason;
  }
  living_.erase(std::remove(living_.begin(), living_.end(), x), living_.end());
}

void actor_directory::schedule(const std::string& name,
                               const std::string& supervisor,
                               const std::string& why, int64_t due_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto& x = to_come_[name];
  x.name = name;
  x.supervisor = supervisor;
  x.last_end = why;
  x.due_ns = due_ns;
}

void actor_directory::unschedule(const std::string& name) {
  std::lock_guard<std::mutex> guard{mutex_};
  to_come_.erase(name);
}

void actor_directory::forget(const std::string& name) {
  std::lock_guard<std::mutex> guard{mutex_};
  to_come_.erase(name);
  histories_.erase(name);
}

std::vector<actor_figures> actor_directory::look() const {
  std::vector<std::shared_ptr<actor_probe>> living;
  {
    std::lock_guard<std::mutex> guard{mutex_};
    living = living_;
  }
  std::vector<actor_figures> result;
  result.reserve(living.size());
  for (auto& x : living)
    result.push_back(x->look());
  return result;
}

std::shared_ptr<actor_probe> actor_directory::find(uint64_t id) const {
  std::lock_guard<std::mutex> guard{mutex_};
  for (auto& x : living_)
    if (x->id() == id)
      return x;
  return nullptr;
}

std::vector<actor_to_come> actor_directory::to_come() const {
  std::lock_guard<std::mutex> guard{mutex_};
  std::vector<actor_to_come> result;
  for (auto& [name, x] : to_come_) {
    if (present(name))
      continue;
    result.push_back(x);
    auto i = histories_.find(name);
    if (i != histories_.end() && i->second.births > 0)
      result.back().restarts = i->second.births - 1;
  }
  return result;
}

uint32_t actor_directory::restarts(const std::string& name) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = histories_.find(name);
  return i == histories_.end() || i->second.births == 0 ? 0
                                                        : i->second.births - 1;
}

bool actor_directory::present(const std::string& name) const {
  return std::any_of(living_.begin(), living_.end(),
                     [&](const auto& x) { return x->name() == name; });
}

void actor_directory::forget_the_past() {
  for (auto i = histories_.begin(); i != histories_.end();) {
    auto keep = present(i->first) || to_come_.count(i->first) > 0;
    i = keep ? std::next(i) : histories_.erase(i);
  }
}

} // namespace camnode
