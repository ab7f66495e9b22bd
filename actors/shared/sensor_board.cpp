#include "actors/shared/sensor_board.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

void sensor_board::begin(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (session_ms_ == session_ms)
    return;
  auto kept = kept_.find(session_ms_);
  if (kept != kept_.end())
    kept->second = session_books{topics_, outages_, left_open_};
  session_ms_ = session_ms;
  finished_ = false;
  left_open_ = false;
  for (auto& [topic, x] : topics_)
    add(earlier(topic), x);
  topics_.clear();
  outages_.clear();
  disk_.clear();
  if (down_since_) // It reaches into the session.
    outages_.push_back({*down_since_, 0, {}, {}});
  outages_.insert(outages_.end(), refusals_.begin(), refusals_.end());
}

void sensor_board::keep(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  kept_.emplace(session_ms, std::nullopt);
}

void sensor_board::forget(int64_t session_ms) {
  std::lock_guard<std::mutex> guard{mutex_};
  kept_.erase(session_ms);
}

void sensor_board::restore(int64_t session_ms, topics books,
                           std::vector<broker_outage> outages) {
  std::lock_guard<std::mutex> guard{mutex_};
  session_ms_ = session_ms;
  finished_ = false;
  left_open_ = false;
  topics_ = std::move(books);
  outages_ = std::move(outages);
  refusals_.clear();
  for (auto& x : outages_) {
    if (x.to_ns == 0 && x.filter.empty())
      down_since_ = x.from_ns;
    else if (x.to_ns == 0)
      refusals_.push_back(x);
  }
}

void sensor_board::finish() {
  std::lock_guard<std::mutex> guard{mutex_};
  finished_ = true;
}

int64_t sensor_board::session_ms() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return session_ms_;
}

void sensor_board::leave_open() {
  std::lock_guard<std::mutex> guard{mutex_};
  left_open_ = true;
}

bool sensor_board::finished(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return kept(session_ms) || (finished_ && session_ms_ == session_ms);
}

bool sensor_board::complete(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  if (auto* x = kept(session_ms))
    return !x->left_open;
  return finished_ && !left_open_ && session_ms_ == session_ms;
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
  if (!std::exchange(down_since_, std::nullopt) || finished_)
    return;
  if (auto* x = lasting({}))
    x->to_ns = now_ns;
}

void sensor_board::link_down(int64_t from_ns, std::string why) {
  std::lock_guard<std::mutex> guard{mutex_};
  link_.set(std::move(why), from_ns);
  if (!std::exchange(up_, false))
    return;
  for (auto& x : outages_)
    if (x.filter.empty())
      from_ns = std::max(from_ns, x.to_ns);
  down_since_ = from_ns;
  if (!finished_ && outages_.size() < max_outages)
    outages_.push_back({from_ns, 0, {}, {}});
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
  if (!finished_ && outages_.size() < max_outages)
    outages_.push_back(refusals_.back());
}

void sensor_board::granted(const subscription_state& x) {
  auto i = std::find_if(refusals_.begin(), refusals_.end(),
                        [&](auto& y) { return y.filter == x.filter; });
  if (i == refusals_.end())
    return;
  refusals_.erase(i);
  auto* outage = lasting(x.filter);
  if (outage && !finished_)
    outage->to_ns = x.since_ns;
}

broker_outage* sensor_board::lasting(const std::string& filter) {
  auto i = std::find_if(outages_.rbegin(), outages_.rend(),
                        [&](auto& x) { return x.filter == filter; });
  return i == outages_.rend() || i->to_ns != 0 ? nullptr : &*i;
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
  if (auto* x = kept(session_ms))
    return x->outages;
  return session_ms == session_ms_ ? outages_ : std::vector<broker_outage>{};
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
  outside_ += n;
}

uint64_t sensor_board::outside() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return outside_;
}

sensor_board::topics sensor_board::totals() const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto result = earlier_;
  for (auto& [topic, x] : topics_)
    add(result[topic], x);
  return result;
}

sensor_board::topics sensor_board::look(int64_t session_ms) const {
  std::lock_guard<std::mutex> guard{mutex_};
  if (auto* x = kept(session_ms))
    return x->sensors;
  return session_ms == 0 || session_ms == session_ms_ ? topics_ : topics{};
}

const sensor_board::session_books*
sensor_board::kept(int64_t session_ms) const {
  auto i = kept_.find(session_ms);
  return i == kept_.end() || !i->second ? nullptr : &*i->second;
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
  auto fits = topic.size() <= max_topic_bytes
              && (earlier_.count(topic) > 0
                  || earlier_.size() < max_earlier_topics);
  return earlier_[fits ? topic : further_topics];
}

} // namespace camnode
