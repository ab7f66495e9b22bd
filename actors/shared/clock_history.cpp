#include "actors/shared/clock_history.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// A session that is longer than a year has other troubles.
constexpr int64_t last_interval_ns = int64_t{86'400} * 1'000'000'000;

} // namespace

void clock_history::begin() {
  std::lock_guard<std::mutex> guard{mutex_};
  interval_ns_ = first_interval_ns;
  records_.clear();
  if (any_)
    records_.push_back(newest_);
}

void clock_history::add(const clock_record& x, bool must) {
  std::lock_guard<std::mutex> guard{mutex_};
  newest_ = x;
  any_ = true;
  auto due = records_.empty()
             || x.client_ns - records_.back().client_ns >= interval_ns_;
  if (!due && !must)
    return;
  if (records_.size() == max_records) {
    for (size_t i = 0; i < max_records / 2; ++i)
      records_[i] = records_[2 * i];
    records_.resize(max_records / 2);
    interval_ns_ = std::min(2 * interval_ns_, last_interval_ns);
  }
  records_.push_back(x);
}

void clock_history::restore(std::vector<clock_record> records) {
  std::lock_guard<std::mutex> guard{mutex_};
  records_ = std::move(records);
  if (records_.size() > max_records)
    records_.resize(max_records);
  any_ = !records_.empty();
  if (any_)
    newest_ = records_.back();
}

std::vector<clock_record> clock_history::look() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return records_;
}

} // namespace camnode
