#pragma once

#include <caf/actor_system.hpp>
#include <caf/io/middleman_actor.hpp>

#include <cstddef>

namespace camnode {

/// The longest message that a peer may announce. Questions have less than 1
/// KiB.
constexpr size_t max_question_bytes = size_t{64} << 10;

/// Connections at a time, at one port; one more is closed.
constexpr int max_connections = 32;

/// Like CAF's own middleman, but for what a peer may make it do: CAF 0.17.6
/// allocates what the header of a message announces, up to 4 GiB, before a
/// single byte of it has come.
/// @pre The middleman of `system` is loaded.
caf::io::middleman_actor make_bounded_middleman(caf::actor_system& system);

} // namespace camnode
