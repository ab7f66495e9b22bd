#pragma once

#include "actors/shared/mqtt_client.hpp"
#include "messages/actors.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace camnode {

/// What of a listener's messages came to nothing, for the end of its state.
inline std::string refusals_text(uint64_t refused, uint64_t dropped) {
  if (refused + dropped == 0)
    return {};
  return "; messages refused: " + std::to_string(refused)
         + ", dropped: " + std::to_string(dropped);
}

/// What of one MQTT connection waits for its listener. A flood of messages
/// while the listener is held up (by a disk, say) fills no more memory than
/// this; what does not fit is told with the next message that does.
class mqtt_backlog : public std::enable_shared_from_this<mqtt_backlog> {
public:
  /// A minute of 64 readings a second, or 128 of the largest messages.
  static constexpr size_t max_messages = 4096;
  static constexpr size_t max_bytes = size_t{32} << 20;

  /// Gives `x` its room, and tells it of those before it that had none. For
  /// one thread at a time.
  /// @returns false if there is no room: the message is to be dropped.
  bool admit(mqtt_message& x) {
    auto bytes = x.topic.size() + x.payload.size();
    if (messages_ >= max_messages || bytes_ + bytes > max_bytes) {
      dropped_ += 1 + x.dropped_before;
      return false;
    }
    ++messages_;
    bytes_ += bytes;
    x.dropped_before += std::exchange(dropped_, 0);
    x.room = std::shared_ptr<const void>{this, [me = shared_from_this(),
                                                bytes](const void*) {
                                           --me->messages_;
                                           me->bytes_ -= bytes;
                                         }};
    return true;
  }

  /// Counts a message that is not passed on. For the same thread.
  void drop() {
    ++dropped_;
  }

private:
  std::atomic<size_t> messages_{0};
  std::atomic<size_t> bytes_{0};
  uint64_t dropped_ = 0; ///< Since the last one admitted.
};

/// Turns what an MQTT client reports into messages for `listener`; one that is
/// too large is told with the next one. Holds it weakly, as the actor owns the
/// client that owns these.
inline mqtt_events messages_to(const mqtt_listener_actor& listener) {
  auto weak = caf::actor_cast<caf::weak_actor_ptr>(
    caf::actor_cast<caf::strong_actor_ptr>(listener));
  auto send = [weak](auto... xs) {
    if (auto strong = weak.lock())
      caf::anon_send(caf::actor_cast<mqtt_listener_actor>(strong),
                     std::move(xs)...);
  };
  return {
    [send] { send(link_up_atom_v); },
    [send](std::string reason) { send(link_down_atom_v, std::move(reason)); },
    [send, backlog = std::make_shared<mqtt_backlog>()](mqtt_message x) {
      if (x.oversized)
        backlog->drop();
      else if (backlog->admit(x))
        send(std::move(x));
    },
  };
}

} // namespace camnode
