#include "actors/discovery/camera_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace camnode {

namespace {

enum class range {
  usual,
  unspecified,
  loopback,
  link_local_v4,
  link_local_v6,
  multicast,
  broadcast,
  reserved,
};

range range_of_v4(uint32_t x) {
  auto first = x >> 24;
  if (x == 0xffffffff || x == 0x7fffffff)
    return range::broadcast;
  if (first == 0)
    return range::unspecified;
  if (first == 127)
    return range::loopback;
  if (x >> 16 == 0xa9fe)
    return range::link_local_v4;
  if (first >= 240)
    return range::reserved;
  return first >= 224 ? range::multicast : range::usual;
}

uint32_t v4_of(const uint8_t* x) {
  return uint32_t{x[0]} << 24 | uint32_t{x[1]} << 16 | uint32_t{x[2]} << 8
         | x[3];
}

range range_of_v6(const std::array<uint8_t, 16>& x) {
  auto last_zero = std::find_if(x.begin(), x.end(), [](auto b) { return b; });
  auto zeros = last_zero - x.begin();
  if (zeros == 16)
    return range::unspecified;
  if (zeros == 15 && x[15] == 1)
    return range::loopback;
  if (zeros == 10 && x[10] == 0xff && x[11] == 0xff)
    return range_of_v4(v4_of(x.data() + 12));
  if (zeros >= 12) // IPv4 in IPv6, as nobody writes it any more.
    return range::reserved;
  if (x[0] == 0xff)
    return range::multicast;
  return x[0] == 0xfe && x[1] >> 6 == 2 ? range::link_local_v6 : range::usual;
}

/// @param ip An IPv4 address in IPv6 counts as the former.
range range_of(const std::string& ip) {
  std::array<uint8_t, 16> x{};
  if (inet_pton(AF_INET, ip.c_str(), x.data()) == 1)
    return range_of_v4(v4_of(x.data()));
  return inet_pton(AF_INET6, ip.c_str(), x.data()) == 1 ? range_of_v6(x)
                                                        : range::reserved;
}

/// `x` without what makes an IPv4 address one of IPv6.
std::string plain(const std::string& x) {
  constexpr auto mapped = "::ffff:";
  auto is = x.rfind(mapped, 0) == 0 && x.find('.') != std::string::npos;
  return is ? x.substr(7) : x;
}

} // namespace

bool is_loopback_address(const std::string& ip) {
  return range_of(ip) == range::loopback;
}

std::string why_no_camera_at(const std::string& ip,
                             const std::vector<std::string>& broker,
                             const std::vector<std::string>& broadcasts) {
  auto is = range_of(ip);
  auto broker_is_there = std::any_of(broker.begin(), broker.end(),
                                     [=](auto& x) {
                                       return range_of(x) == is;
                                     });
  auto is_broadcast = std::find(broadcasts.begin(), broadcasts.end(), plain(ip))
                      != broadcasts.end();
  if (is == range::broadcast || is_broadcast)
    return "a broadcast address";
  if (is == range::unspecified)
    return "no address of a machine";
  if (is == range::multicast)
    return "a multicast address";
  if (is == range::reserved)
    return "a reserved address";
  if (is == range::link_local_v6
      || (is == range::link_local_v4 && !broker_is_there))
    return "a link-local address, which holds on one network cable only";
  if (is == range::loopback && !broker_is_there)
    return "a loopback address, though the broker is on another one: each "
           "machine is its own";
  return {};
}

} // namespace camnode
