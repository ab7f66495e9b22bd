#include "actors/shared/actor_directory.hpp"

#include "messages/clock.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

actor_probe::actor_probe(std::string name, uint64_t parent, uint32_t restarts,
                         std::string last_error)
  : name_(std::move(name)),
    parent_(parent),
    restarts_(restarts),
    born_ns_(client_clock_ns()),
    last_error_(std::move(last_error)) {
}

void actor_probe::begin_handling() {
  busy_since_ns_.store(client_clock_ns(), std::memory_order_relaxed);
}

void actor_probe::end_handling(bool taken) {
  busy_since_ns_.store(0, std::memory_order_relaxed);
  if (taken)
    handled_.fetch_add(1, std::memory_order_relaxed);
}

void actor_probe::set_state(std::string text) {
  std::lock_guard<std::mutex> guard{texts_mutex_};
  state_ = std::move(text);
}

void actor_probe::set_error(std::string text) {
  std::lock_guard<std::mutex> guard{texts_mutex_};
  last_error_ = std::move(text);
}

std::string actor_probe::last_error() const {
  std::lock_guard<std::mutex> guard{texts_mutex_};
  return last_error_;
}

actor_figures actor_probe::look() const {
  actor_figures x;
  x.id = id_.load(std::memory_order_relaxed);
  x.parent = parent_;
  x.name = name_;
  x.restarts = restarts_;
  x.handled = handled_.load(std::memory_order_relaxed);
  auto arrived = arrived_.load(std::memory_order_relaxed);
  x.mailbox = arrived > x.handled ? arrived - x.handled : 0;
  auto now = client_clock_ns();
  auto busy_since = busy_since_ns_.load(std::memory_order_relaxed);
  x.busy_ns = busy_since == 0 ? 0 : now - busy_since;
  x.uptime_ns = now - born_ns_;
  std::lock_guard<std::mutex> guard{texts_mutex_};
  x.state = state_;
  x.last_error = last_error_;
  return x;
}

std::shared_ptr<actor_probe> actor_directory::open(const std::string& name,
                                                   uint64_t parent) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto& past = histories_[name];
  auto result = std::make_shared<actor_probe>(name, parent, past.births++,
                                              past.last_error);
  living_.push_back(result);
  return result;
}

void actor_directory::close(const std::shared_ptr<actor_probe>& x,
                            const std::string& reason) {
  std::lock_guard<std::mutex> guard{mutex_};
  histories_[x->name()].last_error = reason;
  living_.erase(std::remove(living_.begin(), living_.end(), x), living_.end());
}

std::vector<actor_figures> actor_directory::look() const {
  std::vector<std::shared_ptr<actor_probe>> living;
  {
    std::lock_guard<std::mutex> guard{mutex_};
    living = living_;
  }
  std::vector<actor_figures> result;
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

void actor_directory::set_alarm(const std::string& name,
                                const std::string& text) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (text.empty())
    alarms_.erase(name);
  else
    alarms_[name] = text;
}

std::map<std::string, std::string> actor_directory::alarms() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return alarms_;
}

uint32_t actor_directory::restarts(const std::string& name) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = histories_.find(name);
  return i == histories_.end() || i->second.births == 0 ? 0
                                                        : i->second.births - 1;
}

} // namespace camnode
