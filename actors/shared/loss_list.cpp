#include "actors/shared/loss_list.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace camnode {

recorded_loss join(const recorded_loss& a, const recorded_loss& b) {
  auto n = a.frames();
  add_bounded(n, b.frames());
  return {a.epoch,
          std::min(a.first, b.first),
          std::max(a.last, b.last),
          a.place == b.place ? a.place : loss_place::unknown,
          std::max(a.before_ns, b.before_ns),
          n};
}

void loss_list::add(const recorded_loss& x) {
  if (!entries_.empty()) {
    auto& before = entries_.back();
    if (before.epoch == x.epoch && before.place == x.place && x.exact()
        && before.last + 1 == x.first) {
      if (!before.exact())
        add_bounded(before.some, x.frames());
      before.last = x.last;
      return;
    }
  }
  if (entries_.size() >= max_entries)
    coarsen();
  if (entries_.size() < max_entries)
    entries_.push_back(x);
}

void loss_list::make_certain() {
  certain_ = entries_.size();
  if (!entries_.empty())
    last_certain_ = entries_.back();
}

void loss_list::roll_back() {
  entries_.resize(certain_);
  if (!entries_.empty())
    entries_.back() = last_certain_;
}

void loss_list::coarsen() {
  // What is certain stays apart from what is not; its last one, which may have
  // grown since, from both.
  auto certain = certain_;
  auto may_join = [&](size_t i) {
    return i + 1 < entries_.size() && (i + 2 < certain || i >= certain)
           && entries_[i].epoch == entries_[i + 1].epoch;
  };
  std::vector<recorded_loss> joined;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (i == certain)
      certain_ = joined.size();
    if (may_join(i)) {
      joined.push_back(join(entries_[i], entries_[i + 1]));
      ++i;
    } else {
      joined.push_back(entries_[i]);
    }
  }
  if (certain == entries_.size())
    certain_ = joined.size();
  entries_ = std::move(joined);
}

} // namespace camnode
