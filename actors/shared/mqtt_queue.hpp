#pragma once

#include "messages/mqtt_message.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace camnode {

/// Messages of the broker on their way to their listener. A flood of them while
/// it is held up (by a disk, say) fills no more memory than this; what does not
/// fit is counted. May outlive the listener, so that the next one finds what
/// came meanwhile. Any thread.
class mqtt_queue {
public:
  /// A minute of 64 messages a second, or 128 of the largest ones.
  static constexpr size_t max_messages = 4096;
  static constexpr size_t max_bytes = size_t{32} << 20;

  /// Adds `x`, if there is room.
  /// @returns Whether the listener has to be told: it has been given all that
  ///          came before.
  bool push(mqtt_message x) {
    std::lock_guard<std::mutex> guard{mutex_};
    if (messages_.size() >= max_messages || bytes_ + size_of(x) > max_bytes) {
      ++dropped_;
    } else {
      bytes_ += size_of(x);
      messages_.push_back(std::move(x));
    }
    return !std::exchange(told_, true);
  }

  /// @param before_ns One that arrived then, or later, stays where it is.
  /// @returns The oldest one; nothing if there is none.
  std::optional<mqtt_message>
  pop(int64_t before_ns = std::numeric_limits<int64_t>::max()) {
    std::lock_guard<std::mutex> guard{mutex_};
    if (messages_.empty()) {
      told_ = false;
      return std::nullopt;
    }
    if (messages_.front().arrival_ns >= before_ns)
      return std::nullopt;
    auto result = std::move(messages_.front());
    messages_.pop_front();
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
  std::deque<mqtt_message> messages_;
  size_t bytes_ = 0;
  uint64_t dropped_ = 0;
  bool told_ = false; ///< The listener knows that there is something.
};

using mqtt_queue_ptr = std::shared_ptr<mqtt_queue>;

} // namespace camnode
