#include "actors/camera/encode_line.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

bool encode_line::add(raw_frame x) {
  if (pictures_ >= limit_) {
    lose(loss_place::encoder, 1);
    return false;
  }
  entries_.push_back({true, std::move(x), std::nullopt});
  ++pictures_;
  return true;
}

void encode_line::lose(loss_place place, uint64_t count) {
  if (count == 0)
    return;
  // Losses in a row are one entry, so that pictures bound the line.
  if (!entries_.empty() && !entries_.back().is_picture) {
    auto& last = std::get<loss>(*entries_.back().result);
    if (last.place == place) {
      last.count += count;
      return;
    }
  }
  entries_.push_back({false, std::nullopt, loss{place, count}});
}

std::optional<encode_line::job> encode_line::take() {
  untaken_ = std::max(untaken_, first_);
  for (; untaken_ < first_ + entries_.size(); ++untaken_) {
    auto& x = entries_[untaken_ - first_];
    if (!x.raw)
      continue;
    job result{untaken_++, std::move(*x.raw)};
    x.raw.reset();
    return result;
  }
  return std::nullopt;
}

void encode_line::finish(ticket number, outcome x) {
  entries_[number - first_].result = std::move(x);
}

std::optional<encode_line::outcome> encode_line::next() {
  if (entries_.empty() || !entries_.front().result)
    return std::nullopt;
  auto result = std::move(entries_.front().result);
  if (entries_.front().is_picture)
    --pictures_;
  entries_.pop_front();
  ++first_;
  return result;
}

} // namespace camnode
