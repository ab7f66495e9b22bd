#include "actors/recorder/size_limit.hpp"

namespace camnode {

void size_limit::note(uint16_t width, uint16_t height, int64_t capture_ns) {
  if (width != width_ || height != height_)
    since_ns_ = capture_ns;
  width_ = width;
  height_ = height;
  newest_ns_ = capture_ns;
}

bool size_limit::admits() const {
  return changes_.size() < free_changes
         || newest_ns_ - changes_.front() >= window_ns || calm();
}

void size_limit::change() {
  changes_.push_back(newest_ns_);
  if (changes_.size() > free_changes)
    changes_.pop_front();
}

} // namespace camnode
