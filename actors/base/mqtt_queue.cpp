#include "actors/base/mqtt_queue.hpp"

#include "messages/disk/session_records.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace camnode {

namespace {

/// Losses of one topic that are closer than that are one entry.
constexpr int64_t loss_span_ns = 100'000'000;

/// Bounds of what is kept of losses that nobody asks for.
constexpr size_t max_lossy_topics = 1024;
constexpr size_t max_loss_entries = 8192;

} // namespace

bool mqtt_queue::push(mqtt_message x) {
  std::lock_guard<std::mutex> guard{mutex_};
  x.arrival_ns = newest_ns_ = std::max(newest_ns_, x.arrival_ns);
  if (make_room(x)) {
    auto cost = cost_of(x);
    auto topic = shares_.try_emplace(x.topic).first;
    messages_.push_back(std::move(x));
    topic->second.messages.push_back(std::prev(messages_.end()));
    change_cost(*topic, topic->second.cost + cost);
  } else {
    count_loss(x);
  }
  return !std::exchange(told_, true);
}

std::optional<mqtt_message> mqtt_queue::pop(int64_t before_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (messages_.empty()) {
    told_ = false;
    return std::nullopt;
  }
  if (messages_.front().arrival_ns >= before_ns)
    return std::nullopt;
  return take_out(shares_.find(messages_.front().topic), true);
}

std::vector<mqtt_queue::loss> mqtt_queue::take_losses(int64_t before_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  std::vector<loss> result;
  for (auto i = losses_.begin(); i != losses_.end();) {
    auto& of_topic = i->second;
    auto later = std::stable_partition(of_topic.begin(), of_topic.end(),
                                       [=](const loss& x) {
                                         return x.from_ns < before_ns;
                                       });
    std::move(of_topic.begin(), later, std::back_inserter(result));
    of_topic.erase(of_topic.begin(), later);
    i = of_topic.empty() ? losses_.erase(i) : std::next(i);
  }
  loss_count_ -= result.size();
  return result;
}

size_t mqtt_queue::cost_of(const mqtt_message& x) {
  return std::max(x.topic.size() + x.payload.size(), max_bytes / max_messages);
}

bool mqtt_queue::make_room(const mqtt_message& x) {
  auto cost = cost_of(x);
  while (cost_ + cost > max_bytes) {
    auto own = shares_.find(x.topic);
    auto own_cost = own == shares_.end() ? 0 : own->second.cost;
    auto [largest, name] = *costs_.rbegin();
    if (own_cost + cost >= largest)
      return false;
    count_loss(take_out(shares_.find(std::string{name}), false));
  }
  return true;
}

void mqtt_queue::change_cost(shares::value_type& x, size_t cost) {
  costs_.erase({x.second.cost, x.first});
  cost_ = cost_ - x.second.cost + cost;
  x.second.cost = cost;
  if (cost > 0)
    costs_.emplace(cost, x.first);
}

mqtt_message mqtt_queue::take_out(shares::iterator topic, bool oldest) {
  auto& all = topic->second.messages;
  auto place = oldest ? all.front() : all.back();
  if (oldest)
    all.pop_front();
  else
    all.pop_back();
  change_cost(*topic, topic->second.cost - cost_of(*place));
  if (all.empty())
    shares_.erase(topic);
  auto result = std::move(*place);
  messages_.erase(place);
  return result;
}

void mqtt_queue::count_loss(const mqtt_message& x) {
  auto known = losses_.count(x.topic) > 0;
  auto fits = known || x.topic == marker_topic
              || (x.topic.size() <= max_topic_bytes
                  && losses_.size() < max_lossy_topics);
  std::string topic = fits ? x.topic : further_topics;
  auto& of_topic = losses_[topic];
  // Those of a victim may be older than the last one's.
  if (!of_topic.empty()
      && (loss_count_ >= max_loss_entries
          || std::abs(x.arrival_ns - of_topic.back().from_ns) < loss_span_ns)) {
    ++of_topic.back().n;
    return;
  }
  of_topic.push_back({topic, 1, x.arrival_ns});
  ++loss_count_;
}

} // namespace camnode
