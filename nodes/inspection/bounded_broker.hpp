#pragma once

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace camnode {

/// The longest message that a peer may announce. Questions have less than 1
/// KiB.
constexpr size_t max_question_bytes = size_t{64} << 10;

/// Bytes that wait for a peer that asks and does not read; with more, its
/// connection is closed. The longest answer has less than 1 MiB.
constexpr size_t max_unread_bytes = size_t{4} << 20;

/// Like the broker that speaks CAF's protocol in CAF's own middleman, but for
/// what a peer may make it do: CAF 0.17.6 allocates what the header of a
/// message announces, up to 4 GiB, before a single byte of it has come, keeps
/// any number of answers, keeps an actor for each peer that was ever there, and
/// has two more that peers may talk to, which are taken from them here.
/// @pre The middleman of `system` is loaded. To be called once for each system.
caf::actor make_bounded_broker(caf::actor_system& system);

/// Has `broker` speak with a peer, as at a port at which `keeper` is published.
/// Any thread.
/// @param socket A stream with the peer at its other end; taken.
/// @param number Of the port.
/// @param signatures What `keeper` takes, as of `message_types`.
void let_in(caf::actor_system& system, const caf::actor& broker, int socket,
            uint16_t number, const caf::strong_actor_ptr& keeper,
            const std::set<std::string>& signatures);

} // namespace camnode
