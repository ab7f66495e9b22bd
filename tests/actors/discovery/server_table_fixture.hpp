#pragma once

// What the tests of `server_table` share. Include it after `camnode_test.hpp`.

#include "actors/discovery/server_table.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace camnode_test {

constexpr int64_t second = 1'000'000'000;

inline camnode::server_info
announcement(const std::string& id, const std::string& ip, uint64_t epoch = 1) {
  camnode::server_info x;
  x.id = id;
  x.ip = ip;
  x.port = 8000;
  x.epoch = epoch;
  x.online = true;
  return x;
}

inline camnode::server_info offline(camnode::server_info x) {
  x.online = false;
  return x;
}

/// Events in short: `+left@10.0.0.1 -10.0.0.1@10.0.0.1`.
inline std::string text(const camnode::server_events& xs) {
  std::string result;
  for (const auto& x : xs) {
    if (!result.empty())
      result += ' ';
    result += "+~-"[static_cast<int>(x.what)];
    result += x.server.id + "@" + x.server.ip;
    CAF_CHECK_EQUAL(x.server.online,
                    x.what != camnode::server_event::kind::lost);
  }
  return result;
}

/// `x` as a table has listed it.
inline camnode::server_info as(camnode::server_info x, const std::string& id) {
  x.id = id;
  return x;
}

constexpr auto wait = camnode::server_table::claim_wait_ns;

/// A table that nobody is connected to, and one that the test connects.
struct server_table_fixture {
  camnode::server_table_options watching() {
    camnode::server_table_options result;
    result.connected = [this] { return connected; };
    result.has_heard = [this](auto& id) { return heard.count(id) > 0; };
    return result;
  }

  std::set<std::string> heard; ///< Whose frames have come.
  camnode::server_table testee{camnode::server_table_options{}};

  std::vector<camnode::server_info> connected;
  camnode::server_table watched{watching()};

  const camnode::server_info left = announcement("left", "10.0.0.1");

  /// Another server that calls itself the same.
  camnode::server_info other = announcement("left", "10.0.0.2", 2);
};

} // namespace camnode_test
