#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

namespace camnode {

/// A server as clients know it.
struct server_info {
  std::string id;      ///< Unique among the servers that a client knows.
  std::string ip;      ///< IPv4 or IPv6 address, in its usual spelling.
  uint16_t port = 0;   ///< Of the stream, TCP.
  uint64_t epoch = 0;  ///< Which run of the server; below 2^53. 0 if legacy.
  bool online = false; ///< Whether it says, or shows, that it is there.
  bool legacy = false; ///< Known by its getIP answers only.
  uint16_t width = 0;  ///< Pixels; 0 where unknown.
  uint16_t height = 0;
  uint32_t rate_mhz = 0;      ///< Frames per 1000 s; 0 where unknown.
  std::string version;        ///< Of the server's program; empty where unknown.
  std::string camera_trouble; ///< What is wrong with its camera; at most
                              ///< `max_trouble_bytes`. Empty while it is well.
  std::string announced_id;   ///< What it calls itself; not `id` where another
                              ///< one has that. Empty where it is not known.
  bool goodbye = false; ///< Not online, and it said so itself: it was ended.
  bool tls = false;     ///< Its stream port speaks TLS.

  static constexpr size_t max_trouble_bytes = 200;
};

inline bool operator==(const server_info& x, const server_info& y) {
  auto members = [](const server_info& s) {
    return std::tie(s.id, s.ip, s.port, s.epoch, s.online, s.legacy, s.width,
                    s.height, s.rate_mhz, s.version, s.camera_trouble,
                    s.announced_id, s.goodbye, s.tls);
  };
  return members(x) == members(y);
}

inline bool same_address(const server_info& x, const server_info& y) {
  return x.ip == y.ip && x.port == y.port;
}

/// The ids of servers that are known by their address, as legacy ones are: the
/// IP with `-` for the colons of IPv6, which no id has, or that and the port.
inline std::array<std::string, 2> ids_by_address(const server_info& x) {
  auto ip = x.ip;
  std::replace(ip.begin(), ip.end(), ':', '-');
  return {ip, ip + "-" + std::to_string(x.port)};
}

inline bool is_known_by_address(const server_info& x) {
  auto ids = ids_by_address(x);
  return x.id == ids[0] || x.id == ids[1];
}

inline bool operator!=(const server_info& x, const server_info& y) {
  return !(x == y);
}

} // namespace camnode

// It never leaves its process: CAF needs no code to write it.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camnode::server_info)
