#pragma once

#include "messages/mqtt_message.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace camnode {

/// Readings on their way to SENSOR LOG. Outlives it, so that the next one finds
/// what came meanwhile. A flood of readings while it is held up (by a disk,
/// say) fills no more memory than this; what does not fit is counted. Any
/// thread.
class reading_queue {
public:
  /// A minute of 64 readings a second, or 128 of the largest ones.
  static constexpr size_t max_readings = 4096;
  static constexpr size_t max_bytes = size_t{32} << 20;

  /// Adds `x`, if there is room.
  /// @returns Whether the reader has to be told: it has been given all that
  ///          came before.
  bool push(mqtt_message x) {
    std::lock_guard<std::mutex> guard{mutex_};
    if (readings_.size() >= max_readings || bytes_ + size_of(x) > max_bytes) {
      ++dropped_;
    } else {
      bytes_ += size_of(x);
      readings_.push_back(std::move(x));
    }
    return !std::exchange(told_, true);
  }

  /// @returns The oldest one; nothing if there is none.
  std::optional<mqtt_message> pop() {
    std::lock_guard<std::mutex> guard{mutex_};
    if (readings_.empty()) {
      told_ = false;
      return std::nullopt;
    }
    auto result = std::move(readings_.front());
    readings_.pop_front();
    bytes_ -= size_of(result);
    return result;
  }

  /// How many had no room since this was last asked.
  uint64_t take_dropped() {
    std::lock_guard<std::mutex> guard{mutex_};
    return std::exchange(dropped_, 0);
  }

private:
  static size_t size_of(const mqtt_message& x) {
    return x.topic.size() + x.payload.size();
  }

  std::mutex mutex_;
  std::deque<mqtt_message> readings_;
  size_t bytes_ = 0;
  uint64_t dropped_ = 0;
  bool told_ = false; ///< The reader knows that there is something.
};

using reading_queue_ptr = std::shared_ptr<reading_queue>;

} // namespace camnode
