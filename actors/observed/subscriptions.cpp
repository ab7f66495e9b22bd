#include "actors/observed/subscriptions.hpp"

#include "actors/base/log.hpp"

#include <utility>

namespace camnode {

namespace {

std::string refusal_of(const std::string& filter, const std::string& why) {
  return "no subscription to " + filter + ": " + why
         + "; what is published there does not come";
}

} // namespace

subscriptions::subscriptions(std::string who, std::vector<std::string> filters)
  : who_(std::move(who)) {
  for (auto& x : filters) {
    entries_.emplace_back();
    entries_.back().state.filter = std::move(x);
  }
}

void subscriptions::link_up(int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  up_ = true;
  for (auto& x : entries_) {
    x.asked = false;
    // What was refused before is so until the broker says something else.
    if (x.state.refusal.empty())
      x.state.since_ns = now_ns;
    x.state.granted = false;
  }
}

void subscriptions::link_down() {
  std::lock_guard<std::mutex> guard{mutex_};
  up_ = false;
}

void subscriptions::answered(const std::string& filter,
                             const std::string& refusal, int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  for (auto& [x, asked, asked_ns] : entries_) {
    if (x.filter != filter)
      continue;
    if (refusal.empty())
      x.since_ns = now_ns;
    x.granted = refusal.empty();
    x.refusal = refusal.empty() ? refusal : refusal_of(filter, refusal);
  }
}

std::vector<subscription_state> subscriptions::look() const {
  std::lock_guard<std::mutex> guard{mutex_};
  std::vector<subscription_state> result;
  for (auto& x : entries_)
    result.push_back(x.state);
  return result;
}

std::vector<std::string> subscriptions::due(int64_t now_ns) {
  std::lock_guard<std::mutex> guard{mutex_};
  std::vector<std::string> result;
  for (auto& [x, asked, asked_ns] : entries_) {
    if (!up_ || x.granted || (asked && now_ns - asked_ns < ask_again_ns))
      continue;
    if (asked && x.refusal.empty())
      x.refusal = refusal_of(x.filter, "the broker does not answer");
    asked = true;
    asked_ns = now_ns;
    result.push_back(x.filter);
  }
  return result;
}

std::string subscriptions::keep_up(mqtt_client& client, alarm_board& alarms,
                                   int64_t now_ns) {
  for (auto& filter : due(now_ns))
    client.subscribe(filter);
  std::set<std::string> refusals;
  std::string text;
  for (auto& x : look()) {
    if (x.refusal.empty())
      continue;
    refusals.insert(x.refusal);
    text += (text.empty() ? "" : "; ") + x.refusal;
    if (told_.count(x.refusal) == 0)
      log_error(who_, x.refusal, "; asking again every ",
                ask_again_ns / 1'000'000'000, " s");
  }
  if (refusals == told_)
    return {};
  if (refusals.empty())
    log_info(who_, "the broker grants all subscriptions");
  alarms.set("subscriptions/" + who_, text);
  told_ = std::move(refusals);
  return text;
}

void subscriptions::end(alarm_board& alarms) {
  alarms.set("subscriptions/" + who_, {});
  told_.clear();
}

} // namespace camnode
