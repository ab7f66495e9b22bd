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
  return cuts_.size() < free_cuts || newest_ns_ - cuts_.front() >= window_ns
         || calm();
}

void size_limit::cut() {
  cuts_.push_back(newest_ns_);
  if (cuts_.size() > free_cuts)
    cuts_.pop_front();
}

} // namespace camnode
