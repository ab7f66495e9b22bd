#pragma once

#include "actors/base/mqtt_client.hpp"
#include "actors/base/mqtt_queue.hpp"
#include "actors/observed/subscriptions.hpp"
#include "messages/actors.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <cstdint>
#include <functional>
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

/// How many messages a listener takes in one turn: others, who ask whether it
/// lives, say, wait no longer than that.
constexpr int messages_per_turn = 64;

/// What came of one turn.
struct mqtt_turn {
  uint64_t dropped = 0; ///< Too large, or without room.
  bool more = false;    ///< There are others; another turn is needed.
};

/// Takes messages out of a queue, one turn long.
/// @param take Called with each that is not too large.
template <class F>
mqtt_turn take_turn(mqtt_queue& queue, F take) {
  mqtt_turn result;
  result.more = true;
  for (int i = 0; i < messages_per_turn && result.more; ++i) {
    auto x = queue.pop();
    if (!x)
      result.more = false;
    else if (x->oversized)
      ++result.dropped;
    else
      take(*x);
  }
  for (auto& x : queue.take_losses()) // A flood may never empty the queue.
    result.dropped += x.n;
  return result;
}

/// Turns what an MQTT client reports into messages for `listener`. What comes
/// on topics goes through `queue`: a mailbox has no bound. Holds the listener
/// weakly, as the actor owns the client that owns these. What comes of
/// subscriptions goes to `wanted`.
/// @param clock On which times are told to `wanted`.
inline mqtt_events messages_to(const mqtt_listener_actor& listener,
                               const mqtt_queue_ptr& queue,
                               const subscriptions_ptr& wanted,
                               std::function<int64_t()> clock) {
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
    [send, queue](mqtt_message x) {
      if (queue->push(std::move(x)))
        send(wake_atom_v);
    },
    [wanted, clock = std::move(clock)](const std::string& filter,
                                       const std::string& refusal) {
      wanted->answered(filter, refusal, clock());
    },
  };
}

} // namespace camnode
