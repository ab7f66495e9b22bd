#include "actors/observed/actor_probe.hpp"

#include "messages/clock.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

actor_probe::actor_probe(std::string name, std::string supervisor,
                         uint64_t parent, const actor_figures& last)
  : name_(std::move(name)),
    supervisor_(std::move(supervisor)),
    parent_(parent),
    restarts_(last.restarts),
    born_ns_(client_clock_ns()),
    last_end_(last.last_end),
    last_error_(last.last_error),
    error_at_ns_(last.error_at_ns) {
}

void actor_probe::count_arrival() {
  auto number = arrived_.fetch_add(1, std::memory_order_relaxed);
  arrivals_.note(number, client_clock_ns());
}

void actor_probe::begin_start() {
  busy_slot_.store(in_start, std::memory_order_relaxed);
  busy_since_ns_.store(client_clock_ns(), std::memory_order_relaxed);
}

void actor_probe::end_start() {
  busy_since_ns_.store(0, std::memory_order_relaxed);
}

void actor_probe::begin_handling(const caf::type_erased_tuple& x) {
  busy_slot_.store(messages_.slot_of(x), std::memory_order_relaxed);
  busy_since_ns_.store(client_clock_ns(), std::memory_order_relaxed);
}

void actor_probe::end_handling(bool taken) {
  auto since = busy_since_ns_.load(std::memory_order_relaxed);
  busy_since_ns_.store(0, std::memory_order_relaxed);
  if (!taken)
    return;
  handlers_.add(client_clock_ns() - since);
  messages_.count(busy_slot_.load(std::memory_order_relaxed));
  handled_.fetch_add(1, std::memory_order_relaxed);
}

void actor_probe::set_state(std::string text) {
  text.resize(std::min(text.size(), max_text));
  std::lock_guard<std::mutex> guard{texts_mutex_};
  state_ = std::move(text);
}

void actor_probe::set_error(std::string text) {
  text.resize(std::min(text.size(), max_text));
  std::lock_guard<std::mutex> guard{texts_mutex_};
  last_error_ = std::move(text);
  error_at_ns_ = client_clock_ns();
}

std::string actor_probe::last_error() const {
  std::lock_guard<std::mutex> guard{texts_mutex_};
  return last_error_;
}

actor_figures actor_probe::look() const {
  actor_figures x;
  x.id = id();
  x.parent = parent_;
  x.name = name_;
  x.supervisor = supervisor_;
  x.restarts = restarts_;
  x.last_end = last_end_;
  x.handled = handled_.load(std::memory_order_relaxed);
  auto busy_since = busy_since_ns_.load(std::memory_order_relaxed);
  auto slot = busy_slot_.load(std::memory_order_relaxed);
  auto now = client_clock_ns();
  if (busy_since != 0) {
    x.busy_ns = std::max<int64_t>(0, now - busy_since);
    x.busy_with = slot == in_start ? starting : messages_.type_at(slot);
  }
  auto arrived = arrived_.load(std::memory_order_relaxed);
  auto first = x.handled + (busy_since != 0 && slot != in_start ? 1 : 0);
  x.mailbox = arrived > first ? arrived - first : 0;
  if (x.mailbox > 0)
    if (auto since = arrivals_.find(first, arrived))
      x.oldest_ns = std::max<int64_t>(0, now - since);
  x.uptime_ns = now - born_ns_;
  x.messages = messages_.look();
  x.handlers = handlers_.look();
  std::lock_guard<std::mutex> guard{texts_mutex_};
  x.state = state_;
  x.last_error = last_error_;
  x.error_at_ns = error_at_ns_;
  return x;
}

} // namespace camnode
