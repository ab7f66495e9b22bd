#include "actors/shared/sensor_board.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// How long it is told that a marker was refused.
constexpr int64_t news_ns = 60'000'000'000;

} // namespace

void sensor_board::begin(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (books_.session_ms == session_ms)
    return;
  for (auto& [topic, x] : books_.sensors)
    add(earlier(topic), x);
  books_.finished = true;
  kept_.put(books_.session_ms, std::move(books_));
  books_ = {session_ms, false, false, {}, {}};
  disk_.clear();
  if (down_since_) // It reaches into the session.
    books_.outages.push_back({*down_since_, 0, {}, {}});
  books_.outages.insert(books_.outages.end(), refusals_.begin(),
                        refusals_.end());
}

void sensor_board::keep(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  kept_.keep(session_ms);
}

void sensor_board::forget(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  kept_.forget(session_ms);
}

void sensor_board::restore(int64_t session_ms, topics sensors,
                           std::vector<broker_outage> outages) {
  std::lock_guard<std::mutex> guard{mutex_};
  books_ = {session_ms, false, false, std::move(sensors), std::move(outages)};
  refusals_.clear();
  for (auto& x : books_.outages) {
    if (x.to_ns == 0 && x.filter.empty())
      down_since_ = x.from_ns;
    else if (x.to_ns == 0)
      refusals_.push_back(x);
  }
}

void sensor_board::finish() {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.finished = true;
}

int64_t sensor_board::session_ms() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return books_.session_ms;
}

void sensor_board::leave_open() {
  std::lock_guard<std::mutex> guard{mutex_};
  books_.left_open = true;
}

bool sensor_board::finished(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto x = books_of(session_ms);
  return x && x->finished;
}

bool sensor_board::complete(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto x = books_of(session_ms);
  return x && x->finished && !x->left_open;
}

void sensor_board::failed(std::string error, int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  disk_.set(std::move(error), now_ns);
}

void sensor_board::recovered() {
  std::lock_guard<std::mutex> guard{mutex_};
  disk_.clear();
}

void sensor_board::link_up(int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  link_.clear();
  up_ = true;
  if (!std::exchange(down_since_, std::nullopt) || books_.finished)
    return;
  if (auto* x = lasting({}))
    x->to_ns = now_ns;
}

void sensor_board::link_down(int64_t from_ns, std::string why) {
  std::lock_guard<std::mutex> guard{mutex_};
  link_.set(std::move(why), from_ns);
  if (!std::exchange(up_, false))
    return;
  for (auto& x : books_.outages)
    if (x.filter.empty())
      from_ns = std::max(from_ns, x.to_ns);
  down_since_ = from_ns;
  if (!books_.finished && books_.outages.size() < max_outages)
    books_.outages.push_back({from_ns, 0, {}, {}});
}

void sensor_board::subscribed(const std::vector<subscription_state>& all) {
  std::lock_guard<std::mutex> guard{mutex_};
  for (auto& x : all) {
    if (x.granted)
      granted(x);
    else if (!x.refusal.empty())
      refused(x);
  }
}

void sensor_board::refused(const subscription_state& x) {
  for (auto& known : refusals_)
    if (known.filter == x.filter)
      return;
  refusals_.push_back({x.since_ns, 0, x.filter, x.refusal});
  if (!books_.finished && books_.outages.size() < max_outages)
    books_.outages.push_back(refusals_.back());
}

void sensor_board::granted(const subscription_state& x) {
  auto i = std::find_if(refusals_.begin(), refusals_.end(),
                        [&](auto& y) { return y.filter == x.filter; });
  if (i == refusals_.end())
    return;
  refusals_.erase(i);
  auto* outage = lasting(x.filter);
  if (outage && !books_.finished)
    outage->to_ns = x.since_ns;
}

broker_outage* sensor_board::lasting(const std::string& filter) {
  auto i = std::find_if(books_.outages.rbegin(), books_.outages.rend(),
                        [&](auto& x) { return x.filter == filter; });
  return i == books_.outages.rend() || i->to_ns != 0 ? nullptr : &*i;
}

std::string sensor_board::last_error() const {
  std::lock_guard<std::mutex> guard{mutex_};
  if (!disk_.now().empty())
    return disk_.now();
  return link_.now().empty() && !refusals_.empty() ? refusals_.front().why
                                                   : link_.now();
}

trouble_note::past sensor_board::last_trouble() const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto& disk = disk_.last();
  auto& link = link_.last();
  return link.text.empty() || disk.at_ns > link.at_ns ? disk : link;
}

std::vector<broker_outage> sensor_board::outages(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto x = books_of(session_ms);
  return x ? x->outages : std::vector<broker_outage>{};
}

void sensor_board::wrote(const std::string& topic) {
  update(topic, [](topic_figures& f) {
    ++f.received;
    ++f.written;
  });
}

void sensor_board::reject(const std::string& topic, const std::string& reason,
                          uint64_t n) {
  update(topic, [&](topic_figures& f) {
    f.received += n;
    count(f.rejected, reason, n);
  });
}

void sensor_board::reject_outside(const std::string& topic,
                                  const std::string& reason, uint64_t n) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto& f = earlier(topic);
  f.received += n;
  count(f.rejected, reason, n);
  (topic == marker_topic ? markers_outside_ : outside_) += n;
}

void sensor_board::refused_marker(std::string why, int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  marker_refusal_ = {std::move(why), now_ns};
}

sensor_board::marker_news sensor_board::markers(int64_t now_ns) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto lasts = now_ns - marker_refusal_.at_ns <= news_ns;
  return {markers_outside_, lasts ? marker_refusal_.text : std::string{}};
}

uint64_t sensor_board::outside() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return outside_;
}

sensor_board::topics sensor_board::totals() const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto result = earlier_;
  for (auto& [topic, x] : books_.sensors)
    add(result[topic], x);
  return result;
}

topic_figures sensor_board::sum(const topics& x) {
  topic_figures result;
  for (auto& [topic, figures] : x)
    add(result, figures);
  return result;
}

sensor_board::topics sensor_board::look(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto x = session_ms == 0 ? &books_ : books_of(session_ms);
  return x ? x->sensors : topics{};
}

const sensor_board::books* sensor_board::books_of(int64_t session_ms) const {
  if (auto kept = kept_.find(session_ms))
    return kept;
  return books_.session_ms == session_ms ? &books_ : nullptr;
}

void sensor_board::count(std::map<std::string, uint64_t>& rejected,
                         const std::string& reason, uint64_t n) {
  auto known = rejected.count(reason) > 0 || rejected.size() < max_reasons;
  rejected[known ? reason : "other"] += n;
}

void sensor_board::add(topic_figures& sum, const topic_figures& x) {
  sum.received += x.received;
  sum.written += x.written;
  sum.durable += x.durable;
  for (auto& [reason, n] : x.rejected)
    count(sum.rejected, reason, n);
}

topic_figures& sensor_board::earlier(const std::string& topic) {
  auto fits = topic == marker_topic
              || (topic.size() <= max_topic_bytes
                  && (earlier_.count(topic) > 0
                      || earlier_.size() < max_earlier_topics));
  return earlier_[fits ? topic : further_topics];
}

} // namespace camnode
