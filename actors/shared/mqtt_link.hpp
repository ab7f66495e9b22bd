#pragma once

#include "actors/shared/mqtt_client.hpp"
#include "messages/actors.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <utility>

namespace camnode {

/// Turns what an MQTT client reports into messages for `listener`. Holds it
/// weakly, as the actor owns the client that owns these.
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
    [send](mqtt_message x) { send(std::move(x)); },
  };
}

} // namespace camnode
