#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace camnode {

/// The addresses that a host's name stands for, IPv6 with its zone where that
/// matters. Blocks for as long as name servers do: 10 s and more.
/// @returns Empty if the name is not known.
std::vector<std::string> addresses_of(const std::string& host);

/// Looks up a host, and tells `done` what `addresses_of` says. May do so on
/// any thread, now or much later.
using look_up_host = std::function<void(
  const std::string& host, std::function<void(std::vector<std::string>)> done)>;

/// `addresses_of` on a thread of its own, which nobody waits for.
void look_up_in_background(
  const std::string& host,
  const std::function<void(std::vector<std::string>)>& done);

/// The IP address of this machine's interface towards `ip`. Sends nothing and
/// does not block.
/// @returns Empty if there is no way there.
std::string local_address_towards(const std::string& ip, uint16_t port);

/// The broadcast addresses of the networks that this machine is in. Does not
/// block.
std::vector<std::string> broadcast_addresses();

/// Where a stream can be found by those who know the same broker.
/// @param broker Addresses of the broker.
/// @param ipv4_only Whether the stream's port takes no IPv6; else IPv4 is
///        preferred.
/// @param towards `local_address_towards`.
/// @returns An address without zone, as those mean nothing to others; empty if
///          there is none.
std::string announceable_address(
  const std::vector<std::string>& broker, bool ipv4_only,
  const std::function<std::string(const std::string&)>& towards);

} // namespace camnode
