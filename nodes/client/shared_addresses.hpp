#pragma once

#include "actors/shared/fleet.hpp"

#include <string>
#include <utility>
#include <vector>

namespace camnode {

// Several servers may be said to be at one address: one took it over from
// another, is announced there by mistake, or is known twice. An announcement is
// a claim. It ends no connection to a server that has said who it is, nor one
// to a legacy server. What cannot be told apart would be recorded twice.

/// Whether `x` is connected to, or looked for, though `by` is said to be where
/// it is.
/// @param present Whether DISCOVERY knows `x`.
bool holds_its_place(const fleet_member& x, bool present,
                     const server_info& by);

/// Those who show the same pictures as a server that has said who it is, by
/// their ids, and that server.
std::vector<std::pair<std::string, server_info>>
doubles_in(const std::vector<fleet_member>& all);

} // namespace camnode
