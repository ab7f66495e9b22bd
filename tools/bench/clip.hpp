#pragma once

#include "messages/frame.hpp"
#include "tools/bench/stamp.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace camnode::bench {

/// The frames of an MJPEG file, in memory, shown over and over.
class clip {
public:
  /// @throws std::runtime_error if the file cannot be read or has no frames.
  explicit clip(const std::string& path);

  /// The frame that comes as number `sequence`, from 1.
  const frame_bytes& at(uint64_t sequence) const {
    return frames_[(sequence - 1) % frames_.size()];
  }

  /// What to say of that frame now.
  stamp stamp_now(uint64_t sequence) const;

private:
  std::vector<frame_bytes> frames_;
};

/// CLOCK_MONOTONIC, in nanoseconds.
int64_t now_ns();

} // namespace camnode::bench
